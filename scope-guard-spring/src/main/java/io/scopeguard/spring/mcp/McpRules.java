package io.scopeguard.spring.mcp;

import io.modelcontextprotocol.util.DefaultMcpUriTemplateManager;
import io.scopeguard.spring.InvalidSettingException;
import io.scopeguard.spring.authorization.Binding;
import io.scopeguard.spring.authorization.UnannotatedPolicy;
import io.scopeguard.spring.mcp.McpOperation.Kind;
import io.scopeguard.spring.method.MethodRule;
import io.scopeguard.spring.method.NamedOperations;
import java.lang.reflect.Method;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rules of tools, prompts, resources and completions, by name. Thread-safe; filled at start-up.
 */
public final class McpRules implements NamedOperations {

    private static final Logger log = LoggerFactory.getLogger(McpRules.class);

    private final McpServers servers;
    private final UnannotatedPolicy policy;
    private final Map<McpName, Rule> rules = new ConcurrentHashMap<>();

    public McpRules(McpServers servers, UnannotatedPolicy policy) {
        this.servers = servers;
        this.policy = policy;
    }

    /** The rule of an annotated method. */
    record Rule(Method method, MethodRule rule) {

        /** Beans of several classes can inherit a method, and the annotation of each class can require something else. */
        boolean isSame(Method other, MethodRule ruleOfOther) {
            return method.equals(other) && rule.requires().equals(ruleOfOther.requires());
        }
    }

    @Override
    public void add(Method method, MethodRule rule) {
        McpName key = McpMethods.keyOf(method);
        McpExpressions.check(key, method, rule);
        Rule other = rules.putIfAbsent(key, new Rule(method, rule));
        if (other != null && !other.isSame(method, rule)) {
            throw new InvalidSettingException(
                    rule.name(), "has the same name as " + other.rule.name() + ": " + key, "Rename one of the two.");
        }
    }

    @Override
    public void check() {
        Set<McpName> served = servers.operations();
        rules.forEach((key, rule) -> {
            if (!served.contains(key)) {
                throw notServed(key, rule.rule);
            }
        });
        if (!rules.isEmpty() || policy.isClosed()) {
            servers.check();
        }
        if (rules.values().stream().anyMatch(McpRules::namesOrganization)) {
            servers.completionMethods().forEach(this::checkCompletion);
        }
        report(served);
    }

    private static boolean namesOrganization(@Nullable Rule rule) {
        return rule != null && rule.rule.requires().binding() == Binding.EXPRESSION;
    }

    /** A method that does not learn which argument it completes could take another one's value for the organization. */
    private void checkCompletion(Method method) {
        McpName key = McpMethods.keyOf(method);
        boolean isDecidedByArgument = namesOrganization(rules.get(new McpName(Kind.PROMPT, key.name())))
                || namesOrganization(rules.get(new McpName(Kind.RESOURCE, key.name())));
        if (isDecidedByArgument && !namesOrganization(rules.get(key)) && McpMethods.takesAnyValue(method)) {
            throw new InvalidSettingException(
                    method.getDeclaringClass().getName() + "#" + method.getName(),
                    "is the " + key
                            + ", takes the value of whichever argument is completed, and an argument names the organization",
                    "Take a CompleteRequest instead of a String, or require a right for this value with an annotation whose"
                            + " organization is the parameter.");
        }
    }

    private static InvalidSettingException notServed(McpName key, MethodRule rule) {
        return new InvalidSettingException(
                rule.name(),
                "requires " + rule.requires().requirementKind() + " and is declared as the " + key
                        + ", but no MCP server offers it, so that nothing enforces the annotation",
                "Set spring.ai.mcp.server.protocol=STREAMABLE or STATELESS. A method has to suit the server's type"
                        + " (spring.ai.mcp.server.type), its bean must be a singleton, and spring.ai.mcp.server."
                        + "annotation-scanner must be on. Otherwise remove the annotation.");
    }

    private void report(Set<McpName> served) {
        Set<String> undeclared = new TreeSet<>();
        served.stream()
                .filter(key -> key.kind() != Kind.COMPLETION && !rules.containsKey(key))
                .forEach(key -> undeclared.add(key.toString()));
        if (!undeclared.isEmpty()) {
            log.info("MCP operations that declare no scopes: {}", String.join(", ", undeclared));
        }
    }

    /** All rules that a call has to satisfy: none if the operation declares none, several if a URI matches several templates. */
    List<Applicable> of(McpOperation operation) {
        return switch (operation.kind()) {
            case TOOL, PROMPT -> exact(operation, operation.kind()).toList();
            case RESOURCE -> resources(operation).toList();
            case COMPLETION ->
                Stream.of(exact(operation, Kind.COMPLETION), exact(operation, Kind.PROMPT), completed(operation))
                        .flatMap(each -> each)
                        .toList();
        };
    }

    /** A completion names a template as such. Its own text also fits it, but has no values for the variables. */
    private Stream<Applicable> completed(McpOperation operation) {
        return rules.containsKey(new McpName(Kind.RESOURCE, operation.name()))
                ? exact(operation, Kind.RESOURCE)
                : resources(operation);
    }

    /** The rule of an entry of a list, or {@code null} if it declares none. */
    @Nullable
    MethodRule listed(Kind kind, String name) {
        Rule rule = rules.get(new McpName(kind, name));
        return rule == null ? null : rule.rule;
    }

    /** The rule of a call, with the arguments that it has for it. */
    record Applicable(Rule rule, Map<String, ?> arguments) {}

    private Stream<Applicable> exact(McpOperation operation, Kind kind) {
        Rule rule = rules.get(new McpName(kind, operation.name()));
        return rule == null ? Stream.empty() : Stream.of(new Applicable(rule, operation.arguments()));
    }

    private Stream<Applicable> resources(McpOperation operation) {
        return rules.entrySet().stream()
                .filter(entry -> entry.getKey().kind() == Kind.RESOURCE)
                .flatMap(entry -> applicable(entry.getKey().name(), entry.getValue(), operation.name()));
    }

    private static Stream<Applicable> applicable(String template, Rule rule, String uri) {
        DefaultMcpUriTemplateManager templates = new DefaultMcpUriTemplateManager(template);
        if (!templates.matches(uri)) {
            return Stream.empty();
        }
        Map<String, Object> variables = new HashMap<>(templates.extractVariableValues(uri));
        return Stream.of(new Applicable(rule, variables));
    }
}

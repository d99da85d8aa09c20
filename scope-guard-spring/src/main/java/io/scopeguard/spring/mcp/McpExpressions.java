package io.scopeguard.spring.mcp;

import io.modelcontextprotocol.util.DefaultMcpUriTemplateManager;
import io.scopeguard.spring.InvalidSettingException;
import io.scopeguard.spring.mcp.McpOperation.Kind;
import io.scopeguard.spring.method.MethodRule;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.core.annotation.MergedAnnotations;

/** Checks at start-up that expressions refer to values that a message can have. */
final class McpExpressions {

    private static final String PROGRESS_TOKEN = "org.springframework.ai.mcp.annotation.McpProgressToken";

    /** The request, contexts, exchanges and metadata. */
    private static final List<String> FRAMEWORKS = List.of("io.modelcontextprotocol.", "org.springframework.ai.");

    private McpExpressions() {}

    /**
     * Checks the expression that names the organization of a call.
     *
     * @throws InvalidSettingException if it refers to a parameter whose value is not the argument or URI variable of this name
     */
    static void check(McpName key, Method method, MethodRule rule) {
        String expression = rule.requires().organization();
        List<Parameter> strings = Arrays.stream(method.getParameters())
                .filter(parameter -> !isFrameworks(parameter))
                .toList();
        Arrays.stream(method.getParameters())
                .filter(parameter -> refers(expression, parameter.getName()))
                .forEach(parameter -> {
                    if (isFrameworks(parameter) || isAllArguments(key.kind(), parameter)) {
                        throw invalid(rule, parameter, "is not an argument of the " + key, "Refer to an argument.");
                    }
                    if (key.kind() == Kind.RESOURCE) {
                        checkVariable(key, rule, parameter, strings.indexOf(parameter));
                    }
                });
    }

    /** Spring AI assigns the variables in the order of the template, regardless of the names of the parameters. */
    private static void checkVariable(McpName key, MethodRule rule, Parameter parameter, int position) {
        List<String> variables = new DefaultMcpUriTemplateManager(key.name()).getVariableNames();
        String variable = position < variables.size() ? variables.get(position) : null;
        if (!parameter.getName().equals(variable)) {
            throw invalid(
                    rule,
                    parameter,
                    "takes " + taken(variable) + ", because variables are assigned in the order of the template",
                    "Give the parameters the names and the order of the variables in " + key.name() + ".");
        }
    }

    private static String taken(@Nullable String variable) {
        return variable == null ? "no variable of the URI" : "the variable {" + variable + "} of the URI";
    }

    private static InvalidSettingException invalid(MethodRule rule, Parameter parameter, String problem, String fix) {
        return new InvalidSettingException(
                rule.name(),
                "has the organization expression '" + rule.requires().organization() + "', but its parameter '"
                        + parameter.getName() + "' " + problem,
                fix);
    }

    private static boolean refers(String expression, String name) {
        Matcher matcher =
                Pattern.compile("#" + Pattern.quote(name) + "(?![\\w$])").matcher(expression);
        return matcher.find();
    }

    private static boolean isFrameworks(Parameter parameter) {
        return MergedAnnotations.from(parameter).isPresent(PROGRESS_TOKEN)
                || FRAMEWORKS.stream()
                        .anyMatch(prefix -> parameter.getType().getName().startsWith(prefix));
    }

    private static boolean isAllArguments(Kind kind, Parameter parameter) {
        return kind == Kind.PROMPT && Map.class.isAssignableFrom(parameter.getType());
    }
}

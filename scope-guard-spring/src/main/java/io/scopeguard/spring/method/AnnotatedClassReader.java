package io.scopeguard.spring.method;

import static io.scopeguard.spring.method.MethodKind.CONTAINER;
import static io.scopeguard.spring.method.MethodKind.MAPPED;
import static io.scopeguard.spring.method.MethodKind.MCP;
import static io.scopeguard.spring.method.MethodKind.PLAIN;
import static io.scopeguard.spring.method.MethodKind.WEB;

import io.scopeguard.organization.RequestedOrganization;
import io.scopeguard.spring.InvalidSettingException;
import io.scopeguard.spring.authorization.Binding;
import io.scopeguard.spring.authorization.HandlerRule;
import io.scopeguard.spring.authorization.HandlerRule.Requires;
import io.scopeguard.spring.authorization.RequirementReader;
import io.scopeguard.spring.method.MethodRule.OrganizationOfCall;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.util.ClassUtils;

/** Reads the annotations of one class, and rejects those that cannot be enforced. Used by one thread. */
final class AnnotatedClassReader {

    private final RequirementReader reader;
    private final Class<?> type;
    private final Map<Method, MethodKind> kinds = new LinkedHashMap<>();
    private final Map<Method, MethodRule> guarded = new LinkedHashMap<>();
    private final Map<Method, Requires> web = new LinkedHashMap<>();
    private final Map<Method, MethodRule> operations = new LinkedHashMap<>();

    AnnotatedClassReader(RequirementReader reader, Class<?> type) {
        this.reader = reader;
        this.type = type;
        BeanMethods.of(type).forEach(method -> kinds.put(method, MethodKind.of(method, type)));
    }

    /**
     * Reads all methods.
     *
     * @throws InvalidSettingException if an annotation cannot be enforced
     */
    AnnotatedClass read() {
        HandlerRule ofClass = reader.ofClass(type, type.getName());
        Set<Method> covered = ofClass == null ? Set.of() : coveredByClass(ofClass);
        kinds.forEach((method, kind) -> {
            HandlerRule ofMethod = ofMethod(method);
            HandlerRule rule = covered.contains(method) ? reader.combined(ofMethod, ofClass, name(method)) : ofMethod;
            if (rule != null) {
                account(method, kind, rule);
            }
        });
        return new AnnotatedClass(Map.copyOf(guarded), Map.copyOf(web), Map.copyOf(operations));
    }

    private @Nullable HandlerRule ofMethod(Method method) {
        List<HandlerRule> rules = BeanMethods.declarations(method, type).stream()
                .map(declaration -> reader.ofMethod(declaration, type, name(method)))
                .flatMap(Stream::ofNullable)
                .distinct()
                .toList();
        if (rules.size() > 1) {
            throw new InvalidSettingException(
                    name(method),
                    "inherits different annotations from interfaces that do not extend each other",
                    "Override the method in an interface that extends them, and annotate it there.");
        }
        if (rules.isEmpty()) {
            return null;
        }
        checkCaller(method, rules.get(0));
        return rules.get(0);
    }

    /** Template methods of Spring's base classes look like other methods, but no other bean calls them. */
    private void checkCaller(Method method, HandlerRule rule) {
        boolean isPlain = kinds.get(method) == PLAIN && !MethodKind.isServletComponent(type);
        Class<?> caller = isPlain ? BeanMethods.callingSuperclass(method) : null;
        if (caller != null) {
            throw new InvalidSettingException(
                    name(method),
                    "requires " + what(rule) + ", but its superclass " + caller.getSimpleName()
                            + " calls it on the object itself, where no proxy sees the call",
                    "Annotate the class, or a public method by which others call the object.");
        }
    }

    /** If a class has mapped methods, its annotation applies to these only, because the other methods support them. */
    private Set<Method> coveredByClass(HandlerRule rule) {
        if (MethodKind.isServletComponent(type)) {
            throw new InvalidSettingException(
                    type.getName(),
                    "is called by the servlet container, so that nothing enforces its annotation",
                    "Remove the annotation, and require the scopes in the SecurityFilterChain with ScopeAuthorizationManagerFactory.");
        }
        Set<Method> mapped = methodsOf(WEB);
        boolean isHandler = !mapped.isEmpty() || MethodKind.isWebSocketHandler(type);
        if (rule instanceof HandlerRule.Open && !isHandler) {
            throw notOpen(type.getName());
        }
        mapped.addAll(methodsOf(MAPPED));
        mapped.addAll(methodsOf(MCP));
        if (MethodKind.isWebSocketHandler(type)) {
            // The whole class is one handler, so any of its methods represents it.
            if (rule instanceof Requires requires) {
                kinds.keySet().stream().limit(1).forEach(method -> web.put(method, requires));
            }
            return mapped;
        }
        return mapped.isEmpty() ? operations(rule) : mapped;
    }

    private Set<Method> operations(HandlerRule rule) {
        for (Method method : kinds.keySet()) {
            int modifiers = method.getModifiers();
            if (Modifier.isStatic(modifiers) && Modifier.isPublic(modifiers) && isCovered(method)) {
                throw fixed(method, rule, "static");
            }
        }
        return kinds.keySet().stream()
                .filter(method -> BeanMethods.isOperation(method, type))
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** A class does not inherit the static methods of its interfaces. */
    private static boolean isCovered(Method method) {
        Class<?> declaring = method.getDeclaringClass();
        return !declaring.isInterface() || AnnotatedTypes.SHARED.contains(declaring);
    }

    private Set<Method> methodsOf(MethodKind kind) {
        return kinds.entrySet().stream()
                .filter(entry -> entry.getValue() == kind)
                .map(Map.Entry::getKey)
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private void account(Method method, MethodKind kind, HandlerRule rule) {
        if (kind == CONTAINER || MethodKind.isServletComponent(type)) {
            throw new InvalidSettingException(
                    name(method),
                    "is called by the container, where there is no token that could have the required scopes",
                    "Remove the annotation from it, and put it on the methods that act for a client. A class whose other"
                            + " methods need it can declare it on each of them.");
        }
        if (kind == WEB) {
            checkNotMapped(method);
            if (rule instanceof Requires requires) {
                web.put(method, requires);
            }
        } else if (!(rule instanceof Requires requires)) {
            throw notOpen(name(method));
        } else if (kind == MCP) {
            checkNotMapped(method);
            checkOverridable(method, requires);
            MethodRule ofOperation = new MethodRule(name(method), requires, organizationOfOperation(method, requires));
            operations.put(method, ofOperation);
            guarded.put(method, ofOperation);
        } else {
            checkOverridable(method, requires);
            guarded.put(method, new MethodRule(name(method), requires, organization(method, requires)));
        }
    }

    /** Each kind of call has its own guard, which does not know the other kinds. */
    private void checkNotMapped(Method method) {
        if (MethodKind.isMappedTwice(method)) {
            throw new InvalidSettingException(
                    name(method),
                    "is mapped to several kinds of calls, such as web requests and GraphQL, messages or MCP, so that nothing"
                            + " enforces its annotation for one of them",
                    "Declare a method for each, both with the annotation, and let them call a common one.");
        }
    }

    private void checkOverridable(Method method, Requires rule) {
        if (BeanMethods.isFixed(method)) {
            throw fixed(method, rule, Modifier.isPrivate(method.getModifiers()) ? "private" : "static");
        }
        boolean elsewhere =
                !ClassUtils.getPackageName(method.getDeclaringClass()).equals(ClassUtils.getPackageName(type));
        if (!isVisible(method) && elsewhere) {
            throw fixed(method, rule, "package-private in another package");
        }
    }

    private static boolean isVisible(Method method) {
        return (method.getModifiers() & (Modifier.PUBLIC | Modifier.PROTECTED)) != 0;
    }

    private OrganizationOfCall organization(Method method, Requires rule) {
        return switch (rule.binding()) {
            case EXPRESSION -> OrganizationExpression.parse(rule.organization(), method, name(method))::evaluate;
            case TOKEN -> OrganizationOfCall.always(RequestedOrganization.OF_TOKEN);
            case NONE -> OrganizationOfCall.always(RequestedOrganization.NONE);
            case REQUEST -> organizationUnsaid(method, rule);
        };
    }

    /** The organization of an operation without an expression is that of the request, or else that of the token. */
    private OrganizationOfCall organizationOfOperation(Method method, Requires rule) {
        boolean isUnsaid = rule.binding() == Binding.REQUEST && !rule.isGlobalRoleOnly();
        return isUnsaid || rule.binding() == Binding.TOKEN
                ? OrganizationOfCall.ofRequest()
                : organization(method, rule);
    }

    private OrganizationOfCall organizationUnsaid(Method method, Requires rule) {
        if (rule.isGlobalRoleOnly()) {
            return OrganizationOfCall.any();
        }
        throw withoutOrganization(method, rule);
    }

    private InvalidSettingException withoutOrganization(Method method, Requires rule) {
        String global = rule.needsOrganization() ? "" : " (or organizationFrom = NONE)";
        return new InvalidSettingException(
                name(method),
                "requires " + rule.requirementKind()
                        + ", but it is not a web handler, so that no path names the organization",
                "Name the organization: organization = \"#argument\" for one of the arguments, organization = \""
                        + OrganizationExpression.REQUEST_ORGANIZATION
                        + "\" for the one in the path of the request that calls it, or organizationFrom = TOKEN"
                        + global
                        + ".");
    }

    private InvalidSettingException fixed(Method method, HandlerRule rule, String kind) {
        return new InvalidSettingException(
                name(method),
                "requires " + what(rule) + ", but is " + kind + ": no proxy can intercept calls of it",
                "Change that, or move the annotation to the method of a bean that calls it.");
    }

    private static String what(HandlerRule rule) {
        return rule instanceof Requires requires ? requires.requirementKind() : "nothing";
    }

    private static InvalidSettingException notOpen(String name) {
        return new InvalidSettingException(
                name,
                "is annotated @PublicEndpoint, but is not a web handler: there is nothing that the annotation could open",
                "Remove @PublicEndpoint. The web handler that clients call can carry it.");
    }

    private String name(Method method) {
        return name(method, type);
    }

    /** The name of a method in messages. */
    static String name(Method method, Class<?> type) {
        return type.getName() + "#" + method.getName()
                + Arrays.stream(method.getParameterTypes())
                        .map(Class::getSimpleName)
                        .collect(Collectors.joining(", ", "(", ")"));
    }
}

package io.scopeguard.spring.authorization;

import io.scopeguard.spring.InvalidSettingException;
import io.scopeguard.spring.authorization.HandlerRule.Requires;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.RequestMappingInfoHandlerMapping;

/**
 * The rules of all handlers, read once at start-up, which stops if one of them cannot work. Thread-safe.
 */
public final class HandlerRules implements SmartInitializingSingleton {

    private static final Logger log = LoggerFactory.getLogger(HandlerRules.class);
    private static final HandlerRule UNANNOTATED = new HandlerRule.Unannotated();
    private static final String FRAMEWORK = "org.springframework.boot.";

    private final ListableBeanFactory beans;
    private final RequirementReader reader;
    private final OrganizationResolver organizations;
    private final DeclaredScopes declared;
    private final Map<Key, HandlerRule> rules = new ConcurrentHashMap<>();

    public HandlerRules(
            ListableBeanFactory beans,
            RequirementReader reader,
            OrganizationResolver organizations,
            DeclaredScopes declared) {
        this.beans = beans;
        this.reader = reader;
        this.organizations = organizations;
        this.declared = declared;
    }

    @Override
    public void afterSingletonsInstantiated() {
        List<String> unannotated = new ArrayList<>();
        beans.getBeansOfType(RequestMappingInfoHandlerMapping.class).values().stream()
                .flatMap(mapping -> mapping.getHandlerMethods().entrySet().stream())
                .filter(mapped -> !isFrameworks(mapped.getValue()))
                .forEach(mapped -> scan(mapped.getKey(), mapped.getValue(), unannotated));
        if (!unannotated.isEmpty()) {
            log.info("Handlers that declare no scopes: {}", String.join(", ", unannotated));
        }
    }

    /**
     * Whether a handler mapping that the guard covers serves this method.
     *
     * @param userClass the class of the handler, behind any proxy
     */
    public boolean enforces(Class<?> userClass, Method method) {
        return rules.containsKey(new Key(userClass, method));
    }

    /** The rule of whatever handles a request. */
    HandlerRule of(Object handler) {
        if (!(handler instanceof HandlerMethod method)) {
            return UNANNOTATED;
        }
        Key key = Key.of(method);
        HandlerRule known = rules.get(key);
        // Handlers that were registered since start-up are read when they are first used.
        return known != null ? known : rules.computeIfAbsent(key, unknown -> declare(reader.read(method)));
    }

    private void scan(RequestMappingInfo mapping, HandlerMethod handler, List<String> unannotated) {
        HandlerRule rule = of(handler);
        if (rule instanceof Requires requires) {
            mapping.getPatternValues().forEach(pattern -> checkReachable(requires, pattern, handler));
        } else if (rule instanceof HandlerRule.Unannotated) {
            unannotated.add(handler.getShortLogMessage());
        }
    }

    private HandlerRule declare(HandlerRule rule) {
        if (rule instanceof Requires requires) {
            declared.add(requires.requirement());
        }
        return rule;
    }

    private void checkReachable(Requires requires, String pattern, HandlerMethod handler) {
        boolean named = organizations.isNamedBy(pattern);
        if (requires.binding() != Binding.REQUEST && named) {
            throw new InvalidSettingException(
                    handler.getShortLogMessage(),
                    "does not take the organization from the request, but its path " + pattern + " names one",
                    "Drop organizationFromToken or global, or the path variable.");
        }
        boolean unbound = !named && !organizations.hasHeader() && requires.binding() == Binding.REQUEST;
        if (unbound && requires.requirement().audience().isOrganization()) {
            throw new InvalidSettingException(
                    handler.getShortLogMessage(),
                    "requires scopes of an organization, but its path " + pattern + " names none",
                    "Add {" + organizations.pathVariable() + "} to the path (the variable's name is"
                            + " scope-guard.organization.path-variable), set scope-guard.organization.header, or say"
                            + " organizationFromToken = true.");
        }
    }

    /** Boot's own handlers, such as the error page, are not the application's to annotate. */
    private static boolean isFrameworks(HandlerMethod handler) {
        return handler.getBeanType().getName().startsWith(FRAMEWORK);
    }

    private record Key(Class<?> type, Method method) {

        static Key of(HandlerMethod handler) {
            return new Key(handler.getBeanType(), handler.getMethod());
        }
    }
}

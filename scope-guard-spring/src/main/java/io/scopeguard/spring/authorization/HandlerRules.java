package io.scopeguard.spring.authorization;

import io.scopeguard.annotation.Internal;
import io.scopeguard.spring.RequiresRole;
import io.scopeguard.spring.RequiresScopes;
import io.scopeguard.spring.authorization.HandlerRule.Requires;
import io.scopeguard.spring.authorization.MappedHandler.Content;
import jakarta.servlet.http.HttpServletRequest;
import java.lang.reflect.Method;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.function.HandlerFunction;

/**
 * The rules of all handlers: those known at start-up are read then, others when they are first used. Thread-safe.
 *
 * @hidden
 */
@Internal
public final class HandlerRules {

    private static final HandlerRule OPEN = new HandlerRule.Open();
    private static final HandlerRule CLOSED = new HandlerRule.Closed();
    private static final HandlerRule STATIC_CONTENT = new HandlerRule.StaticContent();

    private final RequirementReader reader;
    private final DeclaredScopes declared;
    private final UnannotatedPolicy policy;
    private final Map<HandlerSubject, HandlerRule> rules = new ConcurrentHashMap<>();
    private final Map<Identity, HandlerRule> byContent = new ConcurrentHashMap<>();
    private final Set<HandlerSubject> mapped = ConcurrentHashMap.newKeySet();
    private final KnownFunctions functions = new KnownFunctions();

    public HandlerRules(RequirementReader reader, DeclaredScopes declared, UnannotatedPolicy policy) {
        this.reader = reader;
        this.declared = declared;
        this.policy = policy;
    }

    /** The rule of a handler of any kind. */
    public HandlerRule of(Object handler) {
        HandlerRule declaredRule = of(HandlerSubject.of(handler));
        if (!(declaredRule instanceof HandlerRule.Unannotated)) {
            return declaredRule;
        }
        return handler instanceof HandlerFunction<?> function
                ? functions.ruleBehind(function).orElse(declaredRule)
                : byContent(handler, declaredRule);
    }

    /**
     * The rule of a handler that serves this request.
     *
     * @throws IllegalStateException if the handler stands in front of another one whose rule cannot be found
     */
    HandlerRule of(Object handler, HttpServletRequest request) {
        HandlerRule rule = of(handler);
        if (rule instanceof HandlerRule.Unannotated && handler instanceof HandlerFunction<?> function) {
            functions.check(function, request);
        }
        return rule;
    }

    private HandlerRule byContent(Object handler, HandlerRule otherwise) {
        HandlerRule known = byContent.isEmpty() ? null : byContent.get(Identity.of(handler));
        if (known != null) {
            return known;
        }
        return HandlerInventory.isStatic(handler) ? ofContent(Content.STATIC) : otherwise;
    }

    /** Takes note that a handler mapping serves this handler, and returns its rule. */
    HandlerRule add(MappedHandler handler) {
        mapped.add(new HandlerSubject(handler.type(), handler.method()).specific());
        addContent(handler);
        HandlerRule rule = of(HandlerSubject.of(handler.handler()));
        if (!(handler.handler() instanceof HandlerMethod)) {
            functions.add(handler, rule);
        }
        return of(handler.handler());
    }

    /** Calls this for each handler found at start-up that is an object, not a method of a controller, and its name. */
    public void forEachObject(BiConsumer<Object, String> action) {
        functions.forEach(action);
    }

    /** Notes the content that this handler serves, without reading its declaration. */
    void addContent(MappedHandler handler) {
        if (handler.content() != Content.OPERATION) {
            byContent.computeIfAbsent(Identity.of(handler.handler()), identity -> ofContent(handler.content()));
        }
    }

    /**
     * Whether the guard decides about requests to this method: by its own annotation or by its class'.
     *
     * @param userClass the class behind any proxy
     */
    public boolean enforces(Class<?> userClass, Method method) {
        if (mapped.contains(new HandlerSubject(userClass, method).specific())) {
            return true;
        }
        // The whole class is the handler: annotations on its methods are not read.
        return mapped.contains(new HandlerSubject(userClass, null))
                && !AnnotatedElementUtils.hasAnnotation(method, RequiresScopes.class)
                && !AnnotatedElementUtils.hasAnnotation(method, RequiresRole.class);
    }

    /** Whether a handler mapping serves objects of this class, be they beans or not. */
    public boolean serves(Class<?> userClass) {
        return mapped.stream().anyMatch(handler -> userClass.isAssignableFrom(handler.type()));
    }

    private HandlerRule ofContent(Content content) {
        if (content == Content.CLOSED_ENDPOINT) {
            return CLOSED;
        }
        boolean open = content == Content.OPEN_ENDPOINT || policy.opensStaticContent();
        return open ? OPEN : STATIC_CONTENT;
    }

    private HandlerRule of(HandlerSubject subject) {
        HandlerRule known = rules.get(subject);
        return known != null ? known : rules.computeIfAbsent(subject, this::read);
    }

    private HandlerRule read(HandlerSubject subject) {
        if (policy.opensHandlersOf(subject.type())) {
            return OPEN;
        }
        HandlerRule rule = reader.read(subject.method(), subject.type(), subject.name());
        if (rule instanceof Requires requires) {
            declared.add(requires, subject.name());
        }
        return rule;
    }

    /**
     * A handler compared by identity. Actuator's handlers, and Spring's own, share class and method and differ in their content.
     */
    private record Identity(Object handler) {

        static Identity of(Object handler) {
            return new Identity(handler instanceof HandlerMethod method ? method.getBean() : handler);
        }

        @Override
        @SuppressWarnings("ReferenceEquality") // the same object, regardless of its equals method
        public boolean equals(@Nullable Object other) {
            return other instanceof Identity identity && identity.handler == handler;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(handler);
        }
    }
}

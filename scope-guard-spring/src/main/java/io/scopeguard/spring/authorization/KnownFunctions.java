package io.scopeguard.spring.authorization;

import io.scopeguard.spring.authorization.HandlerRule.Open;
import io.scopeguard.spring.authorization.HandlerRule.Requires;
import io.scopeguard.spring.authorization.HandlerRule.Unannotated;
import jakarta.servlet.http.HttpServletRequest;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.servlet.function.HandlerFunction;

/**
 * The handlers found at start-up that are objects. A filter of a router function, or a router function around another one, may
 * return another object for each request, which has no annotations and calls the known one. Thread-safe.
 */
final class KnownFunctions {

    private final Set<String> guardedPatterns = ConcurrentHashMap.newKeySet();

    /** Replaced by a larger map, because requests look into it without a lock. */
    private volatile IdentityHashMap<Object, Known> known = new IdentityHashMap<>();

    synchronized void add(MappedHandler handler, HandlerRule rule) {
        IdentityHashMap<Object, Known> more = new IdentityHashMap<>(known);
        more.put(handler.handler(), new Known(handler.name(), rule));
        known = more;
        if (rule instanceof Requires && handler.handler() instanceof HandlerFunction<?>) {
            guardedPatterns.addAll(handler.patterns());
        }
    }

    void forEach(BiConsumer<Object, String> action) {
        known.forEach((handler, described) -> action.accept(handler, described.name));
    }

    /**
     * The rule of the known function that an unknown one holds; empty if there is none, or none that needs a token: an object in
     * front of an open function is not open by that.
     *
     * @throws IllegalStateException if it holds several with different rules
     */
    Optional<HandlerRule> ruleBehind(HandlerFunction<?> function) {
        Set<HandlerRule> found = rulesBehind(function);
        if (found.stream().allMatch(rule -> rule instanceof Open || rule instanceof Unannotated)) {
            return Optional.empty();
        }
        if (found.size() > 1) {
            throw notFound(function);
        }
        return found.stream().findFirst();
    }

    private Set<HandlerRule> rulesBehind(HandlerFunction<?> function) {
        Object unfiltered = FilteredHandlers.unwrap(function);
        Known itself = known.get(unfiltered);
        if (itself != null) {
            return Set.of(itself.rule);
        }
        Set<HandlerRule> found = new HashSet<>();
        collect(unfiltered, 1, found);
        return found;
    }

    private void collect(Object function, int depth, Set<HandlerRule> found) {
        CapturedObjects.of(function).forEach(object -> {
            Known handler = known.get(object);
            if (handler != null) {
                found.add(handler.rule);
            } else if (depth < CapturedObjects.MAX_DEPTH && CapturedObjects.isFunction(object)) {
                collect(object, depth + 1, found);
            }
        });
    }

    /**
     * Checks a function without a rule of its own.
     *
     * @throws IllegalStateException if no known function is behind it, and one that requires something is served at the same path
     */
    void check(HandlerFunction<?> function, HttpServletRequest request) {
        if (guardedPatterns.contains(pattern(request)) && rulesBehind(function).isEmpty()) {
            throw notFound(function);
        }
    }

    private static String pattern(HttpServletRequest request) {
        return Objects.toString(request.getAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE), "");
    }

    private static IllegalStateException notFound(Object function) {
        return new IllegalStateException("Cannot find the annotated handler behind "
                + function.getClass().getName()
                + ". Use a HandlerFilterFunction that implements filter alone, or require the scopes by a rule of a"
                + " filter chain.");
    }

    private record Known(String name, HandlerRule rule) {}
}

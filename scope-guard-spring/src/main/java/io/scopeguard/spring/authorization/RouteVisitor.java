package io.scopeguard.spring.authorization;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.BiConsumer;
import org.springframework.http.HttpMethod;
import org.springframework.web.servlet.function.HandlerFunction;
import org.springframework.web.servlet.function.RequestPredicate;
import org.springframework.web.servlet.function.RequestPredicates;

/** Finds the handler functions of a router function, and the path patterns that lead to them. */
final class RouteVisitor extends HandlerFunctionVisitor {

    private final BiConsumer<Set<String>, HandlerFunction<?>> routes;
    private final Deque<Set<String>> prefixes = new ArrayDeque<>(Set.of(Set.of("")));

    RouteVisitor(BiConsumer<Set<String>, HandlerFunction<?>> routes) {
        this.routes = routes;
    }

    @Override
    public void startNested(RequestPredicate predicate) {
        prefixes.push(patterns(predicate));
    }

    @Override
    public void endNested(RequestPredicate predicate) {
        prefixes.pop();
    }

    @Override
    public void route(RequestPredicate predicate, HandlerFunction<?> handler) {
        routes.accept(patterns(predicate), handler);
    }

    private Set<String> patterns(RequestPredicate predicate) {
        Paths paths = new Paths();
        predicate.accept(paths);
        Set<String> patterns = new LinkedHashSet<>();
        for (String prefix : prefixes.element()) {
            paths.found.forEach(path -> patterns.add(prefix + path));
            if (paths.found.isEmpty()) {
                patterns.add(prefix);
            }
        }
        return patterns;
    }

    /** Takes note of paths alone. */
    @SuppressWarnings({"removal", "deprecation"})
    private static final class Paths implements RequestPredicates.Visitor {

        private final Set<String> found = new LinkedHashSet<>();

        @Override
        public void path(String pattern) {
            found.add(pattern);
        }

        @Override
        public void method(Set<HttpMethod> methods) {}

        @Override
        public void pathExtension(String extension) {}

        @Override
        public void header(String name, String value) {}

        @Override
        public void param(String name, String value) {}

        @Override
        public void version(String version) {}

        @Override
        public void startAnd() {}

        @Override
        public void and() {}

        @Override
        public void endAnd() {}

        @Override
        public void startOr() {}

        @Override
        public void or() {}

        @Override
        public void endOr() {}

        @Override
        public void startNegate() {}

        @Override
        public void endNegate() {}

        @Override
        public void unknown(RequestPredicate predicate) {}
    }
}

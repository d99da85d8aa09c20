package io.scopeguard.spring.mcp;

import io.scopeguard.spring.authorization.HandlerFunctionVisitor;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.core.io.Resource;
import org.springframework.web.servlet.function.HandlerFunction;
import org.springframework.web.servlet.function.RequestPredicate;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerRequest;
import org.springframework.web.servlet.function.ServerResponse;

/**
 * Marks the handlers of MCP transports in the router functions of the application.
 */
public final class McpRouterFunctions implements BeanPostProcessor {

    @Override
    public Object postProcessAfterInitialization(Object bean, String beanName) {
        return bean instanceof RouterFunction<?> routes && leadToTransport(routes) ? new Marked(routes) : bean;
    }

    private static boolean leadToTransport(RouterFunction<?> routes) {
        AtomicBoolean found = new AtomicBoolean();
        routes.accept(new HandlerFunctionVisitor() {
            @Override
            public void route(RequestPredicate predicate, HandlerFunction<?> handler) {
                if (McpEndpoint.isServedBy(handler)) {
                    found.set(true);
                }
            }
        });
        return found.get();
    }

    private record Marked(RouterFunction<?> routes) implements RouterFunction<ServerResponse> {

        @Override
        @SuppressWarnings("unchecked") // handlers are called with requests, and their responses are written
        public Optional<HandlerFunction<ServerResponse>> route(ServerRequest request) {
            return ((RouterFunction<ServerResponse>) routes).route(request).map(handler ->
                    (HandlerFunction<ServerResponse>) McpEndpoint.mark(handler));
        }

        @Override
        public void accept(RouterFunctions.Visitor visitor) {
            routes.accept(new Visitor(visitor));
        }
    }

    /** Passes the marked handlers to another visitor. */
    private record Visitor(RouterFunctions.Visitor other) implements RouterFunctions.Visitor {

        @Override
        public void startNested(RequestPredicate predicate) {
            other.startNested(predicate);
        }

        @Override
        public void endNested(RequestPredicate predicate) {
            other.endNested(predicate);
        }

        @Override
        public void route(RequestPredicate predicate, HandlerFunction<?> handler) {
            other.route(predicate, McpEndpoint.mark(handler));
        }

        @Override
        public void resources(Function<ServerRequest, Optional<Resource>> lookup) {
            other.resources(lookup);
        }

        @Override
        public void attributes(Map<String, Object> attributes) {
            other.attributes(attributes);
        }

        @Override
        public void unknown(RouterFunction<?> router) {
            other.unknown(router);
        }
    }
}

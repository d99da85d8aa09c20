package io.scopeguard.spring.mcp;

import io.scopeguard.spring.authorization.AnyTokenHandler;
import io.scopeguard.spring.authorization.FilteredHandlers;
import org.springframework.web.servlet.function.HandlerFunction;
import org.springframework.web.servlet.function.ServerRequest;
import org.springframework.web.servlet.function.ServerResponse;

/** A handler of an MCP transport. Any valid token reaches it; the operation that the message calls is decided separately. */
record McpEndpoint(HandlerFunction<?> handler) implements HandlerFunction<ServerResponse>, AnyTokenHandler {

    private static final String TRANSPORTS = "org.springframework.ai.mcp.server.webmvc.transport.";

    /** Whether a transport of Spring AI handles requests, perhaps behind filters. */
    static boolean isServedBy(HandlerFunction<?> handler) {
        return FilteredHandlers.unwrap(handler).getClass().getName().startsWith(TRANSPORTS);
    }

    /** The same handler, marked if it is one of a transport. */
    static HandlerFunction<?> mark(HandlerFunction<?> handler) {
        return isServedBy(handler) ? new McpEndpoint(handler) : handler;
    }

    @Override
    public ServerResponse handle(ServerRequest request) throws Exception {
        return handler.handle(request);
    }
}

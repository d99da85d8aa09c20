package io.scopeguard.spring.mcp;

import io.modelcontextprotocol.common.McpTransportContext;
import io.modelcontextprotocol.server.McpStatelessServerHandler;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCNotification;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCRequest;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCResponse;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCResponse.JSONRPCError;
import io.modelcontextprotocol.spec.McpStatelessServerTransport;
import java.util.List;
import reactor.core.publisher.Mono;

/**
 * A transport without sessions, whose messages pass the guard.
 */
public final class GuardedStatelessTransport extends GuardedTransport<McpStatelessServerTransport>
        implements McpStatelessServerTransport {

    public GuardedStatelessTransport(McpStatelessServerTransport original, McpMessageGuard guard) {
        super(original, guard);
    }

    @Override
    public void setMcpHandler(McpStatelessServerHandler handler) {
        served();
        original.setMcpHandler(new Guarded(handler, guard));
    }

    @Override
    public Mono<Void> closeGracefully() {
        return original.closeGracefully();
    }

    @Override
    public void close() {
        original.close();
    }

    @Override
    public List<String> protocolVersions() {
        return original.protocolVersions();
    }

    private record Guarded(McpStatelessServerHandler handler, McpMessageGuard guard)
            implements McpStatelessServerHandler {

        @Override
        public Mono<JSONRPCResponse> handleRequest(McpTransportContext context, JSONRPCRequest request) {
            JSONRPCError denial = guard.denial(request);
            return denial == null
                    ? handler.handleRequest(context, request).map(response -> guard.reduced(request, response))
                    : Mono.just(JSONRPCResponse.error(request.id(), denial));
        }

        @Override
        public Mono<Void> handleNotification(McpTransportContext context, JSONRPCNotification notification) {
            return handler.handleNotification(context, notification);
        }
    }
}

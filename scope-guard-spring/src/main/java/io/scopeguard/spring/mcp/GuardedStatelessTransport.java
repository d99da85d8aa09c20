package io.scopeguard.spring.mcp;

import io.modelcontextprotocol.common.McpTransportContext;
import io.modelcontextprotocol.server.McpStatelessServerHandler;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCNotification;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCRequest;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCResponse;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCResponse.JSONRPCError;
import io.modelcontextprotocol.spec.McpStatelessServerTransport;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import reactor.core.publisher.Mono;

/**
 * A transport without sessions, whose messages pass the guard.
 */
public final class GuardedStatelessTransport implements McpStatelessServerTransport, GuardedTransport {

    private final McpStatelessServerTransport original;
    private final McpMessageGuard guard;
    private final AtomicInteger servers = new AtomicInteger();

    public GuardedStatelessTransport(McpStatelessServerTransport original, McpMessageGuard guard) {
        this.original = original;
        this.guard = guard;
    }

    @Override
    public Object original() {
        return original;
    }

    @Override
    public int servers() {
        return servers.get();
    }

    @Override
    public void setMcpHandler(McpStatelessServerHandler handler) {
        servers.incrementAndGet();
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

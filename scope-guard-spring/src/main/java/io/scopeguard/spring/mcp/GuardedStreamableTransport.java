package io.scopeguard.spring.mcp;

import io.modelcontextprotocol.spec.McpSchema.InitializeRequest;
import io.modelcontextprotocol.spec.McpStreamableServerSession;
import io.modelcontextprotocol.spec.McpStreamableServerSession.McpStreamableServerSessionInit;
import io.modelcontextprotocol.spec.McpStreamableServerTransportProvider;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import reactor.core.publisher.Mono;

/**
 * A transport with sessions, whose messages pass the guard. Each session belongs to the token's holder that opened it.
 */
public final class GuardedStreamableTransport implements McpStreamableServerTransportProvider, GuardedTransport {

    private final McpStreamableServerTransportProvider original;
    private final McpMessageGuard guard;
    private final AtomicInteger servers = new AtomicInteger();
    private final McpSessions sessions;

    public GuardedStreamableTransport(
            McpStreamableServerTransportProvider original, McpMessageGuard guard, McpSessions sessions) {
        this.original = original;
        this.guard = guard;
        this.sessions = sessions;
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
    public void setSessionFactory(McpStreamableServerSession.Factory factory) {
        servers.incrementAndGet();
        original.setSessionFactory(request -> start(factory, request));
    }

    private McpStreamableServerSessionInit start(
            McpStreamableServerSession.Factory factory, InitializeRequest request) {
        McpStreamableServerSessionInit started = factory.startSession(request);
        sessions.opened(started.session().getId());
        return new McpStreamableServerSessionInit(
                new GuardedSession(started.session(), guard, sessions), started.initResult());
    }

    @Override
    public Mono<Void> notifyClients(String method, Object params) {
        return original.notifyClients(method, params);
    }

    @Override
    public Mono<Void> notifyClient(String sessionId, String method, Object params) {
        return original.notifyClient(sessionId, method, params);
    }

    @Override
    public void close() {
        original.close();
    }

    @Override
    public Mono<Void> closeGracefully() {
        return original.closeGracefully();
    }

    @Override
    public List<String> protocolVersions() {
        return original.protocolVersions();
    }
}

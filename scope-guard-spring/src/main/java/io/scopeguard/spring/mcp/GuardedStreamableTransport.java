package io.scopeguard.spring.mcp;

import io.modelcontextprotocol.spec.McpSchema.InitializeRequest;
import io.modelcontextprotocol.spec.McpStreamableServerSession;
import io.modelcontextprotocol.spec.McpStreamableServerSession.McpStreamableServerSessionInit;
import io.modelcontextprotocol.spec.McpStreamableServerTransportProvider;
import java.util.List;
import reactor.core.publisher.Mono;

/**
 * A transport with sessions, whose messages pass the guard. Each session belongs to the token's holder that opened it.
 */
public final class GuardedStreamableTransport extends GuardedTransport<McpStreamableServerTransportProvider>
        implements McpStreamableServerTransportProvider {

    private final McpSessions sessions;

    public GuardedStreamableTransport(
            McpStreamableServerTransportProvider original, McpMessageGuard guard, McpSessions sessions) {
        super(original, guard);
        this.sessions = sessions;
    }

    @Override
    public void setSessionFactory(McpStreamableServerSession.Factory factory) {
        served();
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

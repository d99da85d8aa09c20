package io.scopeguard.spring.mcp;

import io.modelcontextprotocol.spec.McpSchema.InitializeRequest;
import io.modelcontextprotocol.spec.McpStreamableServerSession;
import io.modelcontextprotocol.spec.McpStreamableServerSession.McpStreamableServerSessionInit;
import io.modelcontextprotocol.spec.McpStreamableServerTransportProvider;
import java.util.List;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * A transport with sessions, whose messages pass the guard. Each session belongs to the holder of the token that opened it.
 */
public final class GuardedStreamableTransport extends GuardedTransport<McpStreamableServerTransportProvider>
        implements McpStreamableServerTransportProvider {

    private final McpSessions sessions;
    private final McpNotifications notifications;

    public GuardedStreamableTransport(
            McpStreamableServerTransportProvider original,
            McpMessageGuard guard,
            McpSessions sessions,
            McpNotifications notifications) {
        super(original, guard);
        this.sessions = sessions;
        this.notifications = notifications;
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
        return Mono.fromCallable(() -> notifications.isPermitted(sessionId, params))
                .subscribeOn(Schedulers.boundedElastic())
                .flatMap(isPermitted ->
                        isPermitted ? original.notifyClient(sessionId, method, params) : Mono.<Void>empty());
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

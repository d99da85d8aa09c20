package io.scopeguard.spring.mcp;

import io.modelcontextprotocol.json.TypeRef;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCMessage;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCNotification;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCRequest;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCResponse;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCResponse.JSONRPCError;
import io.modelcontextprotocol.spec.McpSchema.LoggingLevel;
import io.modelcontextprotocol.spec.McpStreamableServerSession;
import io.modelcontextprotocol.spec.McpStreamableServerTransport;
import io.scopeguard.spring.stream.StreamGuard;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** A session whose requests pass the guard. The original session does everything else. */
final class GuardedSession extends McpStreamableServerSession {

    private final McpStreamableServerSession original;
    private final McpMessageGuard guard;
    private final McpSessions sessions;

    // The state of the superclass is never used.
    @SuppressWarnings("NullAway")
    GuardedSession(McpStreamableServerSession original, McpMessageGuard guard, McpSessions sessions) {
        super(original.getId(), null, null, Duration.ZERO, Map.of(), Map.of());
        this.original = original;
        this.guard = guard;
        this.sessions = sessions;
    }

    @Override
    public Mono<Void> responseStream(JSONRPCRequest request, McpStreamableServerTransport transport) {
        JSONRPCError denial = guard.denial(request);
        if (denial != null) {
            return transport
                    .sendMessage(JSONRPCResponse.error(request.id(), denial))
                    .then(transport.closeGracefully());
        }
        guard.follow(sessions, getId(), request);
        if (RequestContextHolder.getRequestAttributes() instanceof ServletRequestAttributes attributes) {
            StreamGuard.startedAsync(attributes.getRequest());
        }
        return original.responseStream(request, new Reducing(transport, guard, request));
    }

    @Override
    public void setMinLoggingLevel(LoggingLevel level) {
        original.setMinLoggingLevel(level);
    }

    @Override
    public boolean isNotificationForLevelAllowed(LoggingLevel level) {
        return original.isNotificationForLevelAllowed(level);
    }

    @Override
    public <T> Mono<T> sendRequest(String method, Object params, TypeRef<T> type) {
        return original.sendRequest(method, params, type);
    }

    @Override
    public Mono<Void> sendNotification(String method, Object params) {
        return original.sendNotification(method, params);
    }

    @Override
    public McpStreamableServerSessionStream listeningStream(McpStreamableServerTransport transport) {
        return original.listeningStream(transport);
    }

    @Override
    public Flux<JSONRPCMessage> replay(Object lastEventId) {
        return original.replay(lastEventId);
    }

    @Override
    public Mono<Void> accept(JSONRPCNotification notification) {
        return original.accept(notification);
    }

    @Override
    public Mono<Void> accept(JSONRPCResponse response) {
        return original.accept(response);
    }

    @Override
    public Mono<Void> delete() {
        sessions.closed(getId());
        return original.delete();
    }

    @Override
    public Mono<Void> closeGracefully() {
        sessions.closed(getId());
        return original.closeGracefully();
    }

    @Override
    public void close() {
        sessions.closed(getId());
        original.close();
    }

    /** Removes entries from the response that the client may not see. */
    private record Reducing(McpStreamableServerTransport original, McpMessageGuard guard, JSONRPCRequest request)
            implements McpStreamableServerTransport {

        @Override
        public Mono<Void> sendMessage(JSONRPCMessage message) {
            return original.sendMessage(reduced(message));
        }

        @Override
        public Mono<Void> sendMessage(JSONRPCMessage message, String messageId) {
            return original.sendMessage(reduced(message), messageId);
        }

        private JSONRPCMessage reduced(JSONRPCMessage message) {
            return message instanceof JSONRPCResponse response ? guard.reduced(request, response) : message;
        }

        @Override
        public <T> T unmarshalFrom(Object data, TypeRef<T> type) {
            return original.unmarshalFrom(data, type);
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
    }
}

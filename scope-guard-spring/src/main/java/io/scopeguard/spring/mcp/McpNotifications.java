package io.scopeguard.spring.mcp;

import io.modelcontextprotocol.spec.McpSchema.ResourcesUpdatedNotification;
import io.scopeguard.ScopeGuard;
import io.scopeguard.spring.authorization.CallToken;
import io.scopeguard.spring.authorization.ScopeAuthorizer;
import io.scopeguard.spring.mcp.McpSessions.Subscription;
import org.jspecify.annotations.Nullable;

/**
 * Decides about each notification of a subscription as if the client subscribed anew with the newest token of its session.
 * Thread-safe.
 */
public final class McpNotifications {

    private final McpSessions sessions;
    private final ScopeGuard guard;
    private final ScopeAuthorizer authorizer;
    private final CallToken tokens;

    /**
     * @param guard decides about resources that declare nothing, which need an active account
     * @param tokens knows which tokens have expired
     */
    public McpNotifications(McpSessions sessions, ScopeGuard guard, ScopeAuthorizer authorizer, CallToken tokens) {
        this.sessions = sessions;
        this.guard = guard;
        this.authorizer = authorizer;
        this.tokens = tokens;
    }

    /** Whether this notification may be sent in a session. May wait for the provider. */
    boolean isPermitted(String session, @Nullable Object notification) {
        if (!(notification instanceof ResourcesUpdatedNotification updated)) {
            return true;
        }
        Subscription subscription = sessions.subscription(session, updated.uri());
        return subscription != null && isPermitted(subscription);
    }

    private boolean isPermitted(Subscription subscription) {
        if (tokens.isExpired(subscription.token())) {
            return false;
        }
        return subscription.requests().isEmpty()
                ? guard.inspect(subscription.token()).isGranted()
                : subscription.requests().stream()
                        .allMatch(request -> authorizer
                                .inspect(subscription.token(), request)
                                .isGranted());
    }
}

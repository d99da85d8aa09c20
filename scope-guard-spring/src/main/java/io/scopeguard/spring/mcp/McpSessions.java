package io.scopeguard.spring.mcp;

import io.scopeguard.AccessRequest;
import io.scopeguard.provider.Subject;
import io.scopeguard.scope.Audience;
import io.scopeguard.spring.authentication.AccessTokenHolder;
import io.scopeguard.token.AccessToken;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The open sessions, as many as the transport allows, with their owners and subscriptions. The id of a session is not a credential.
 * By default, the transport keeps the session of a client that has gone without closing it, so sessions whose tokens have long
 * expired are forgotten here. Thread-safe.
 */
public final class McpSessions {

    private static final int MAX_SUBSCRIPTIONS = 10_000;

    /** A client that returns later receives a 404, and opens another session. */
    private static final Duration KEPT_AFTER_EXPIRY = Duration.ofDays(1);

    private static final Duration CHECK_PERIOD = Duration.ofMinutes(1);

    private final Clock clock;
    private final Map<String, Session> sessions = new ConcurrentHashMap<>();
    private final AtomicReference<Instant> nextCheck = new AtomicReference<>(Instant.MIN);

    /** @param clock by which tokens expire */
    public McpSessions(Clock clock) {
        this.clock = clock;
    }

    private static final class Session {

        private final Owner owner;

        /** The newest token for each audience. */
        private final Map<Audience, AccessToken> tokens = new ConcurrentHashMap<>();

        private final Map<String, Subscription> subscriptions = new ConcurrentHashMap<>();

        /** When the last of its tokens expires. */
        private final AtomicReference<Instant> expiresAt;

        Session(Owner owner, Instant expiresAt) {
            this.owner = owner;
            this.expiresAt = new AtomicReference<>(expiresAt);
        }

        void present(AccessToken token) {
            tokens.merge(token.audience(), token, McpSessions::newer);
            expiresAt.accumulateAndGet(token.expiresAt(), McpSessions::later);
        }
    }

    /**
     * A subscription to a resource.
     *
     * @param token with which its notifications are decided
     * @param requests what it requires; nothing if the resource declares nothing
     */
    record Subscription(AccessToken token, List<AccessRequest> requests) {}

    /** Records that the holder of the current token opens a session. */
    void opened(String id) {
        AccessToken token = AccessTokenHolder.get();
        if (token == null) {
            throw new IllegalStateException("a session needs a token");
        }
        forgetExpired(clock.instant());
        sessions.put(id, new Session(Owner.of(token), token.expiresAt()));
    }

    private void forgetExpired(Instant now) {
        Instant due = nextCheck.get();
        if (!now.isBefore(due) && nextCheck.compareAndSet(due, now.plus(CHECK_PERIOD))) {
            Instant oldest = now.minus(KEPT_AFTER_EXPIRY);
            sessions.values().removeIf(session -> session.expiresAt.get().isBefore(oldest));
        }
    }

    void closed(String id) {
        sessions.remove(id);
    }

    /**
     * Whether this session belongs to another owner, or to none: then it does not exist, or is about to end. Otherwise the session
     * goes on with this token, if it is newer.
     */
    boolean isForeign(String id, AccessToken token) {
        Session session = sessions.get(id);
        if (session == null || !Owner.of(token).equals(session.owner)) {
            return true;
        }
        session.present(token);
        return false;
    }

    private static AccessToken newer(AccessToken known, AccessToken presented) {
        return presented.issuedAt().isBefore(known.issuedAt()) ? known : presented;
    }

    private static Instant later(Instant known, Instant presented) {
        return presented.isAfter(known) ? presented : known;
    }

    /** Records a subscription that was permitted. Beyond the limit, the client is not notified. */
    void subscribed(String id, String uri, Subscription subscription) {
        Session session = sessions.get(id);
        if (session != null && session.subscriptions.size() < MAX_SUBSCRIPTIONS) {
            session.subscriptions.put(uri, subscription);
        }
    }

    void unsubscribed(String id, String uri) {
        Session session = sessions.get(id);
        if (session != null) {
            session.subscriptions.remove(uri);
        }
    }

    /** A subscription with the newest token of its session, or {@code null} if there is none. */
    @Nullable
    Subscription subscription(String id, String uri) {
        Session session = sessions.get(id);
        Subscription known = session == null ? null : session.subscriptions.get(uri);
        if (session == null || known == null) {
            return null;
        }
        AccessToken newest = session.tokens.getOrDefault(known.token().audience(), known.token());
        return new Subscription(newer(known.token(), newest), known.requests());
    }

    int count() {
        return sessions.size();
    }

    /** The parts of a token that stay the same when a client renews it. */
    private record Owner(
            String issuer,
            Subject subject,
            String client,
            @Nullable String actor,
            @Nullable String organization) {

        static Owner of(AccessToken token) {
            return new Owner(
                    token.issuer(), token.subject(), token.clientId(), token.actor(), token.onlyOrganization());
        }
    }
}

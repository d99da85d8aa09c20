package io.scopeguard.logtobox.oidc;

import io.scopeguard.logtobox.wire.Ids;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Single-use tokens that represent a user, to be exchanged by a client. */
public final class SubjectTokens {

    public static final Duration TTL = Duration.ofMinutes(10);

    private record SubjectToken(String userId, Instant expiresAt) {}

    private final Clock clock;
    private final Map<String, SubjectToken> tokens = new ConcurrentHashMap<>();

    public SubjectTokens(Clock clock) {
        this.clock = clock;
    }

    public String issue(String userId) {
        String token = "sub_" + Ids.standardId();
        tokens.put(token, new SubjectToken(userId, clock.instant().plus(TTL)));
        return token;
    }

    Optional<String> userOf(String token) {
        return Optional.ofNullable(tokens.get(token))
                .filter(each -> clock.instant().isBefore(each.expiresAt()))
                .map(SubjectToken::userId);
    }

    /** Returns {@code false} if another exchange has used the token. */
    boolean consume(String token) {
        return tokens.remove(token) != null;
    }
}

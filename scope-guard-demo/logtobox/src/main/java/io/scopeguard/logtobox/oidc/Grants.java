package io.scopeguard.logtobox.oidc;

import io.scopeguard.logtobox.directory.Application;
import io.scopeguard.logtobox.wire.Ids;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Authorization codes, refresh tokens and opaque access tokens, and the grants that they stand for. Thread-safe. */
public final class Grants {

    static final Duration REFRESH_TOKEN_TTL = Duration.ofDays(14);
    static final Duration ACCESS_TOKEN_TTL = Duration.ofHours(1);

    /** An opaque access token, which only the userinfo and introspection endpoints understand. */
    record OpaqueToken(String value, Grant grant, String scope, Instant issuedAt, Instant expiresAt) {

        @Override
        public String toString() {
            return "OpaqueToken[" + grant + "]";
        }
    }

    private final Clock clock;
    private final Map<String, Grant> codes = new ConcurrentHashMap<>();
    private final Map<String, OpaqueToken> opaqueTokens = new ConcurrentHashMap<>();
    private final Map<String, RefreshToken> refreshTokens = new LinkedHashMap<>();

    public Grants(Clock clock) {
        this.clock = clock;
    }

    void attach(String code, Grant grant) {
        codes.put(code, grant);
    }

    Optional<Grant> ofCode(String code) {
        return Optional.ofNullable(codes.get(code));
    }

    OpaqueToken issueOpaque(Grant grant, String scope) {
        Instant now = clock.instant();
        OpaqueToken token = new OpaqueToken(Ids.token(), grant, scope, now, now.plus(ACCESS_TOKEN_TTL));
        opaqueTokens.put(token.value(), token);
        return token;
    }

    Optional<OpaqueToken> findOpaque(String value) {
        return Optional.ofNullable(opaqueTokens.get(value))
                .filter(token -> clock.instant().isBefore(token.expiresAt()));
    }

    synchronized RefreshToken issue(Grant grant) {
        Instant now = clock.instant();
        return keep(new RefreshToken(Ids.token(), grant, now, now.plus(REFRESH_TOKEN_TTL), null));
    }

    synchronized Optional<RefreshToken> find(String value) {
        return Optional.ofNullable(refreshTokens.get(value));
    }

    /**
     * The refresh token to return after a use. The token of a public client is replaced each time and keeps its expiry; the token
     * of a confidential client is replaced only when it is old.
     */
    synchronized RefreshToken rotate(RefreshToken token, Application client) {
        Instant now = clock.instant();
        if (!client.mayRotateRefreshTokens() || (client.isConfidential() && !token.isAgeing(now))) {
            return token;
        }
        keep(token.used(now));
        Instant expiresAt = client.isConfidential() ? now.plus(REFRESH_TOKEN_TTL) : token.expiresAt();
        return keep(new RefreshToken(Ids.token(), token.grant(), now, expiresAt, null));
    }

    synchronized void revoke(Grant grant) {
        refreshTokens.values().removeIf(token -> token.grant().id().equals(grant.id()));
        opaqueTokens.values().removeIf(token -> token.grant().id().equals(grant.id()));
        codes.values().removeIf(each -> each.id().equals(grant.id()));
    }

    /** Revokes everything with which a user could get another token. Issued JWTs stay valid. */
    public synchronized void revokeUser(String userId) {
        refreshTokens.values().removeIf(token -> token.grant().userId().equals(userId));
        opaqueTokens.values().removeIf(token -> token.grant().userId().equals(userId));
        codes.values().removeIf(each -> each.userId().equals(userId));
    }

    void forgetOpaque(String value) {
        opaqueTokens.remove(value);
    }

    private RefreshToken keep(RefreshToken token) {
        refreshTokens.put(token.value(), token);
        return token;
    }
}

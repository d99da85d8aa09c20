package io.scopeguard;

import io.scopeguard.annotation.Internal;
import io.scopeguard.permission.PermissionCache;
import io.scopeguard.permission.PermissionKey;
import io.scopeguard.provider.ProviderClock;
import io.scopeguard.provider.TokenKind;
import io.scopeguard.scope.Scopes;
import java.time.Duration;
import java.time.Instant;

/**
 * Determines whether a token itself counts as a read: it is so young that the provider has just computed its scopes from live
 * roles, and no newer facts are known. Thread-safe.
 *
 * @hidden
 */
@Internal
public final class YoungTokens {

    private final ScopeGuardSettings settings;
    private final PermissionCache permissions;
    private final ProviderClock provider;

    /** @param provider compares the times of tokens with the times of our reads */
    public YoungTokens(ScopeGuardSettings settings, PermissionCache permissions, ProviderClock provider) {
        this.settings = settings;
        this.permissions = permissions;
        this.provider = provider;
    }

    /**
     * Whether the token grants the request, without a read.
     *
     * @param carried the scopes of the token
     * @param now when the request arrived
     */
    public boolean grant(AccessRequest request, PermissionKey key, Scopes carried, Instant issuedAt, long now) {
        TokenKind kind = TokenKind.of(key.audience(), key.organization());
        if (!permissions.youngTokens().contains(kind) || !isMetBy(carried, request)) {
            return false;
        }
        Duration maxAge = settings.maxAge(request);
        Duration age = maxAge.isZero() ? null : provider.greatestAge(issuedAt);
        return age != null && age.compareTo(maxAge) <= 0 && !permissions.knowsNewer(key, now - age.toNanos());
    }

    /** A young token proves nothing about roles: a script of the provider's administrators chooses the roles that it carries. */
    private static boolean isMetBy(Scopes carried, AccessRequest request) {
        return request.roles() == null
                && (request.requirement() == null || request.requirement().isMetBy(carried));
    }
}

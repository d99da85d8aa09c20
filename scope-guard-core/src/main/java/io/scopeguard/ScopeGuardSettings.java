package io.scopeguard;

import io.scopeguard.permission.Freshness;
import io.scopeguard.scope.WhenUnknown;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a guard, for requirements without settings of their own.
 *
 * @param mode how far live permissions reach
 * @param maxAge the age from which live permissions are stale and are read again
 * @param maxStale the age beyond which live permissions are not used
 * @param whenUnknown the policy for requests without usable live permissions
 * @since 0.1
 */
public record ScopeGuardSettings(Mode mode, Duration maxAge, Duration maxStale, WhenUnknown whenUnknown) {

    /** Enforces live permissions, reads them again after 30 seconds, and after five minutes lets the token decide. */
    public static final ScopeGuardSettings DEFAULT = new ScopeGuardSettings(
            Mode.ENFORCE, Duration.ofSeconds(30), Duration.ofMinutes(5), WhenUnknown.TRUST_TOKEN);

    /** @throws IllegalArgumentException if an age is negative, or {@code maxStale} is less than {@code maxAge} */
    public ScopeGuardSettings {
        if (maxAge.isNegative() || maxStale.compareTo(maxAge) < 0) {
            throw new IllegalArgumentException(
                    "maxAge must be from 0s to maxStale, but is " + maxAge + ", and maxStale is " + maxStale);
        }
    }

    /** The same settings in {@link Mode#ENFORCE}. */
    ScopeGuardSettings enforcing() {
        return mode == Mode.ENFORCE ? this : new ScopeGuardSettings(Mode.ENFORCE, maxAge, maxStale, whenUnknown);
    }

    Freshness freshness(AccessRequest request, long now) {
        Duration own = ownBound(request);
        Freshness wanted = own == null ? Freshness.of(maxAge, maxStale, now) : Freshness.within(own, now);
        return request.isForGateway() ? wanted.awaited() : wanted;
    }

    /** The age beyond which live permissions are not used for a request with a maximum age of its own; otherwise {@code null}. */
    @Nullable
    Duration ownBound(AccessRequest request) {
        Duration own = request.maxAge();
        return own == null || own.compareTo(maxStale) < 0 ? own : maxStale;
    }

    /** The age beyond which live permissions are not used for this request, or are stale if it has no maximum age of its own. */
    Duration maxAge(AccessRequest request) {
        Duration own = ownBound(request);
        return own == null ? maxAge : own;
    }

    /** @param own the policy of a requirement, if it has one */
    WhenUnknown whenUnknown(@Nullable WhenUnknown own) {
        return own == null ? whenUnknown : own;
    }
}

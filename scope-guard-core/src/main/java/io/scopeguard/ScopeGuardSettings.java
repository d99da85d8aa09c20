package io.scopeguard;

import io.scopeguard.permission.Freshness;
import io.scopeguard.scope.WhenUnknown;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a guard decides where a requirement does not say.
 *
 * @param mode how far live permissions reach
 * @param maxAge the age from which live permissions are due for another read
 * @param maxStale the age beyond which live permissions are unusable, whatever the cause
 * @param whenUnknown the policy for that case
 */
public record ScopeGuardSettings(Mode mode, Duration maxAge, Duration maxStale, WhenUnknown whenUnknown) {

    /** Enforce; read after 30 seconds, give up after five minutes; then the token decides. */
    public static final ScopeGuardSettings DEFAULT = new ScopeGuardSettings(
            Mode.ENFORCE, Duration.ofSeconds(30), Duration.ofMinutes(5), WhenUnknown.TRUST_TOKEN);

    /** @throws IllegalArgumentException if an age is negative, or permissions would be given up before they are due */
    public ScopeGuardSettings {
        if (maxAge.isNegative() || maxStale.compareTo(maxAge) < 0) {
            throw new IllegalArgumentException("0 <= maxAge <= maxStale, but got " + maxAge + " and " + maxStale);
        }
    }

    /** The same settings in the mode that denies. */
    ScopeGuardSettings enforcing() {
        return mode == Mode.ENFORCE ? this : new ScopeGuardSettings(Mode.ENFORCE, maxAge, maxStale, whenUnknown);
    }

    Freshness freshness(AccessRequest request, long now) {
        Duration own = request.maxAge();
        Freshness wanted = own == null
                ? Freshness.of(maxAge, maxStale, now)
                : Freshness.within(own.compareTo(maxStale) < 0 ? own : maxStale, now);
        return request.isForGateway() ? wanted.awaited() : wanted;
    }

    Duration maxAge(AccessRequest request) {
        Duration own = request.maxAge();
        return own == null ? maxAge : own;
    }

    /** @param own the policy of a requirement, if it has one */
    WhenUnknown whenUnknown(@Nullable WhenUnknown own) {
        return own == null ? whenUnknown : own;
    }
}

package io.scopeguard.remedy;

import io.scopeguard.drift.TokenTraits;
import io.scopeguard.permission.PermissionHistory;
import io.scopeguard.provider.ProviderClock;
import io.scopeguard.provider.ProviderClock.Order;
import io.scopeguard.remedy.MissingScope.Timing;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalLong;

/** Compares the time at which a token was issued with the history of its subject's permissions. Thread-safe. */
final class IssueTimes {

    private final ProviderClock provider;
    private final Duration maxAge;

    /**
     * @param provider compares tokens with our own reads
     * @param maxAge the age beyond which a token is old at the first request for its subject
     */
    IssueTimes(ProviderClock provider, Duration maxAge) {
        this.provider = provider;
        this.maxAge = maxAge;
    }

    /** Rule 1: whether the token was issued after the loss of a scope that it carries, so that provider and live view disagree. */
    boolean isDisputed(TokenTraits token, PermissionHistory history, String name) {
        OptionalLong lost = history.lackedSince(name);
        return lost.isPresent() && provider.compare(token.issuedAt(), lost.getAsLong()) == Order.AFTER;
    }

    /** The token's issue time, relative to the time since which the subject holds the missing scope. */
    Timing timing(TokenTraits token, PermissionHistory history, String name) {
        OptionalLong held = history.heldSince(name);
        if (held.isEmpty()) {
            return Timing.UNOBSERVED;
        }
        return switch (provider.compare(token.issuedAt(), held.getAsLong())) {
            case BEFORE, UNDECIDED -> Timing.ISSUED_BEFORE;
            case UNKNOWN -> Timing.UNOBSERVED;
            case AFTER -> isAfterLastGap(token, history, name) ? Timing.ISSUED_AFTER : Timing.UNOBSERVED;
        };
    }

    /** Whether a time that was certainly after a gain and the last gap may still be, instead of being about earlier ones. */
    boolean mayBeOfPresentGain(Instant newFrom, PermissionHistory history, String name) {
        return history.heldSince(name).isPresent()
                && provider.compare(newFrom, lastChange(history, name)) != Order.BEFORE;
    }

    /** The earliest time of issue with which a token is certainly issued after the gain, and after the last gap between reads. */
    Instant firstAfterGain(PermissionHistory history, String name) {
        return provider.firstAfter(lastChange(history, name));
    }

    private static long lastChange(PermissionHistory history, String name) {
        return Math.max(
                history.heldSince(name).orElse(Long.MIN_VALUE),
                history.unbrokenSince(name).orElse(Long.MIN_VALUE));
    }

    private boolean isAfterLastGap(TokenTraits token, PermissionHistory history, String name) {
        OptionalLong unbroken = history.unbrokenSince(name);
        return unbroken.isPresent() && provider.compare(token.issuedAt(), unbroken.getAsLong()) == Order.AFTER;
    }

    /** Rule 3: a token that was young at the first request for its subject carries all scopes that its sign-in requested. */
    boolean isFirstLookReliable(TokenTraits token, PermissionHistory history) {
        return history.isComplete()
                && provider.compare(token.issuedAt(), history.firstRequestAt() - maxAge.toNanos()) == Order.BEFORE;
    }

    /** The longer of a wait and, if a time is given, the time until a new token is certainly issued after it. */
    Duration longer(Duration known, OptionalLong time) {
        Duration wait = time.isEmpty() ? Duration.ZERO : provider.waitUntilAfter(time.getAsLong());
        return known.compareTo(wait) >= 0 ? known : wait;
    }
}

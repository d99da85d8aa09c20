package io.scopeguard.scope;

import io.scopeguard.annotation.Internal;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The requirement of an operation: all or any of some scopes of one audience, compared with live permissions of a given freshness.
 * Immutable.
 *
 * @param audience the audience of the scopes; a token of another kind never satisfies the requirement
 * @param match whether all of the scopes are needed or one is enough
 * @param scopes at least one
 * @param maxAge the maximum age of the live permissions, a strict limit; zero reads them now; {@code null} for the guard's settings
 * @param whenUnknown the policy for unknown live permissions; {@code null} for the guard's settings
 * @since 0.1
 */
public record ScopeRequirement(
        Audience audience,
        Match match,
        Scopes scopes,
        @Nullable Duration maxAge,
        @Nullable WhenUnknown whenUnknown) {

    /** Whether all of the scopes are needed or one is enough. */
    public enum Match {
        ALL,
        ANY
    }

    /** @throws IllegalArgumentException if there is no scope, or the age is negative */
    public ScopeRequirement {
        if (scopes.isEmpty()) {
            throw new IllegalArgumentException("a requirement names at least one scope");
        }
        if (maxAge != null && maxAge.isNegative()) {
            throw new IllegalArgumentException("maxAge must not be negative, but is " + maxAge);
        }
    }

    /** Requires each of the scopes. */
    public static ScopeRequirement allOf(Audience audience, Scopes scopes) {
        return new ScopeRequirement(audience, Match.ALL, scopes, null, null);
    }

    /** Requires at least one of the scopes. */
    public static ScopeRequirement anyOf(Audience audience, Scopes scopes) {
        return new ScopeRequirement(audience, Match.ANY, scopes, null, null);
    }

    /** The same requirement, with this maximum age of live permissions. */
    public ScopeRequirement withMaxAge(Duration age) {
        return new ScopeRequirement(audience, match, scopes, age, whenUnknown);
    }

    /** The same requirement, with its own policy for unknown live permissions. */
    public ScopeRequirement withWhenUnknown(WhenUnknown policy) {
        return new ScopeRequirement(audience, match, scopes, maxAge, policy);
    }

    /**
     * The scopes that a token should carry: all required scopes, if the subject holds them all; of alternatives, those that it
     * holds.
     *
     * @hidden
     */
    @Internal
    public Scopes grantable(Scopes granted) {
        if (match == Match.ANY) {
            return scopes.and(granted);
        }
        return isMetBy(granted) ? scopes : Scopes.none();
    }

    public boolean isMetBy(Scopes held) {
        return match == Match.ALL ? held.containsAll(scopes) : held.containsAny(scopes);
    }
}

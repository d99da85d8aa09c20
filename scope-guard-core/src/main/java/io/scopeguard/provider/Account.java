package io.scopeguard.provider;

import org.jspecify.annotations.Nullable;

/**
 * A subject outside of organizations, as far as one answer describes it.
 *
 * @param standing {@code null} if the answer does not say it. Never {@link Standing#NOT_A_MEMBER}.
 * @param grants global grants; {@code null} if the answer does not say them
 */
public record Account(@Nullable Standing standing, @Nullable Grants grants) {

    /** An answer about the standing only. */
    public static Account ofStanding(Standing standing) {
        return new Account(standing, null);
    }

    /** An answer about global grants only. */
    public static Account ofGrants(Grants grants) {
        return new Account(null, grants);
    }
}

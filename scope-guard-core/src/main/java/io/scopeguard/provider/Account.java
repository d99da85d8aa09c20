package io.scopeguard.provider;

import org.jspecify.annotations.Nullable;

/**
 * A subject outside of organizations, according to one answer.
 *
 * @param standing {@code null} if the answer does not contain it. Never {@link Standing#NOT_A_MEMBER}.
 * @param grants global grants; {@code null} if the answer does not contain them
 * @since 0.1
 */
public record Account(@Nullable Standing standing, @Nullable Grants grants) {

    /** An answer that contains the standing only. */
    public static Account ofStanding(Standing standing) {
        return new Account(standing, null);
    }

    /** An answer that contains global grants only. */
    public static Account ofGrants(Grants grants) {
        return new Account(null, grants);
    }
}

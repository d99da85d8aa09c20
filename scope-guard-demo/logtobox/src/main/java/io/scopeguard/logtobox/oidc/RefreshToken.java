package io.scopeguard.logtobox.oidc;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A refresh token of a grant. */
record RefreshToken(
        String value,
        Grant grant,
        Instant issuedAt,
        Instant expiresAt,
        @Nullable Instant firstUsedAt) {

    /** How long a rotated token is still accepted after its first use, for clients that retry. */
    private static final Duration LEEWAY = Duration.ofSeconds(3);

    private static final int ROTATES_AFTER_PERCENT = 70;

    boolean isExpired(Instant now) {
        return !now.isBefore(expiresAt);
    }

    boolean isReplayed(Instant now) {
        return firstUsedAt != null && now.isAfter(firstUsedAt.plus(LEEWAY));
    }

    RefreshToken used(Instant now) {
        return firstUsedAt == null ? new RefreshToken(value, grant, issuedAt, expiresAt, now) : this;
    }

    /** Whether most of the token's lifetime is over. Then even the token of a confidential client is replaced. */
    boolean isAgeing(Instant now) {
        long lifetime = Duration.between(issuedAt, expiresAt).toMillis();
        return Duration.between(issuedAt, now).toMillis() * 100 >= lifetime * ROTATES_AFTER_PERCENT;
    }

    @Override
    public String toString() {
        return "RefreshToken[" + grant + "]";
    }
}

package io.scopeguard;

import io.scopeguard.token.AccessToken;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * The expiry of a token. The natural order is the order in which tokens expire.
 *
 * @param number tells watches with the same token apart
 */
record Expiry(AccessToken token, long number) implements Comparable<Expiry> {

    private static final Comparator<Expiry> ORDER =
            Comparator.comparing((Expiry expiry) -> expiry.token.expiresAt()).thenComparingLong(Expiry::number);

    @Override
    public int compareTo(Expiry other) {
        return ORDER.compare(this, other);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Expiry that && number == that.number;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(number);
    }
}

package io.scopeguard.spring.authentication;

import io.scopeguard.annotation.Internal;
import org.jspecify.annotations.Nullable;

/**
 * Receives the outcome of each verification of a token, for metrics. Implementations are fast and thread-safe.
 *
 * @hidden
 */
@Internal
@FunctionalInterface
public interface VerificationListener {

    /**
     * A token was verified or rejected.
     *
     * @param outcome {@code valid}, or the reason for the rejection
     * @param issuer the issuer that the token names, proved only if the token is valid; {@code null} if it names none
     */
    void verified(String outcome, @Nullable String issuer);
}

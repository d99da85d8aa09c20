package io.scopeguard.token;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import java.time.Clock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Verified tokens, by their only accepted spelling, and separately the tokens with a wrong signature, so that forged tokens cannot
 * evict valid ones. Bounded by the number of characters. Thread-safe.
 */
final class VerifiedTokens {

    private static final long MAX_VALID_CHARACTERS = 64L * 1024 * 1024;
    private static final long MAX_WRONG_CHARACTERS = 1024 * 1024;
    private static final Duration WRONG_FOR = Duration.ofMinutes(1);

    private final Cache<Text, Verified> valid;
    private final Cache<String, Boolean> wrong = Caffeine.newBuilder()
            .maximumWeight(MAX_WRONG_CHARACTERS)
            .weigher((String token, Boolean ignored) -> token.length())
            .expireAfterWrite(WRONG_FOR)
            .build();

    /** @param clockSkew by how much a token outlives its expiry */
    VerifiedTokens(Clock clock, Duration clockSkew) {
        valid = Caffeine.newBuilder()
                .executor(Runnable::run)
                .maximumWeight(MAX_VALID_CHARACTERS)
                .weigher((Text token, Verified ignored) -> token.value.length())
                .expireAfter(Expiry.<Text, Verified>creating((token, verified) -> Duration.between(
                        clock.instant().minus(clockSkew), verified.token().expiresAt())))
                .build();
    }

    @Nullable
    Verified get(String token) {
        return valid.getIfPresent(new Text(token));
    }

    void add(String token, Verified verified) {
        valid.put(new Text(token), verified);
    }

    boolean isWrong(String token) {
        return wrong.getIfPresent(token) != null;
    }

    void addWrong(String token) {
        wrong.put(token, true);
    }

    /** A token, and the key that proves it for as long as it is published. */
    record Verified(AccessToken token, VerificationKey key) {}

    /**
     * The text of a token with a good signature, which is hashed by its end alone. That is the end of the signature, and differs
     * between any two tokens; a hash of the whole text would cost more than all the rest of a decision.
     */
    private static final class Text {

        private static final int HASHED = 32;

        private final String value;
        private final int hash;

        Text(String value) {
            this.value = value;
            int sum = 0;
            for (int i = Math.max(value.length() - HASHED, 0); i < value.length(); i++) {
                sum = 31 * sum + value.charAt(i);
            }
            this.hash = sum;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Text that && hash == that.hash && value.equals(that.value);
        }

        @Override
        public int hashCode() {
            return hash;
        }
    }
}

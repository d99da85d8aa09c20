package io.scopeguard.token;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Caches verified tokens, by their only accepted spelling, and separately the tokens with a wrong signature, so that forged tokens
 * cannot evict valid ones. Valid tokens are bounded by an estimate of the heap that they take, others by characters. Thread-safe.
 */
final class VerifiedTokens {

    /** The tokens of one provider take an eighth of the heap, and this many bytes at most. */
    private static final long MAX_VALID_BYTES = 256L * 1024 * 1024;

    private static final int HEAP_PARTS = 8;

    /** The heap that a verified token takes, with all that is derived from it, for each character of its text. */
    private static final int BYTES_PER_CHARACTER = 6;

    private static final long MAX_WRONG_CHARACTERS = 1024 * 1024;
    private static final Duration WRONG_FOR = Duration.ofMinutes(1);

    /**
     * One of this many uses is recorded. That suffices to know which tokens are in use; recording each use would cost all requests.
     */
    private static final int NOTED_USE = 64;

    private final Cache<Text, Verified> valid;
    private final Cache<String, Boolean> wrong = Caffeine.newBuilder()
            .maximumWeight(MAX_WRONG_CHARACTERS)
            .weigher((String token, Boolean ignored) -> token.length())
            .expireAfterWrite(WRONG_FOR)
            .build();

    /** @param clockSkew how long a token stays valid after its expiry */
    VerifiedTokens(Clock clock, Duration clockSkew) {
        this(clock, clockSkew, maxBytes(Runtime.getRuntime().maxMemory()));
    }

    VerifiedTokens(Clock clock, Duration clockSkew, long maxBytes) {
        valid = Caffeine.newBuilder()
                .executor(Runnable::run)
                .maximumWeight(maxBytes)
                .weigher((Text token, Verified ignored) -> token.value.length() * BYTES_PER_CHARACTER)
                .expireAfter(Expiry.<Text, Verified>creating((token, verified) -> Duration.between(
                        clock.instant().minus(clockSkew), verified.token().expiresAt())))
                .build();
    }

    /** @param heap the maximum heap of the process, in bytes */
    static long maxBytes(long heap) {
        return Math.min(heap / HEAP_PARTS, MAX_VALID_BYTES);
    }

    @Nullable
    Verified get(String token) {
        Text text = new Text(token);
        boolean isUse = ThreadLocalRandom.current().nextInt(NOTED_USE) == 0;
        return isUse ? valid.getIfPresent(text) : valid.policy().getIfPresentQuietly(text);
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

    /** A token and the key that verified it. The token is valid only while the key is published. */
    record Verified(AccessToken token, VerificationKey key) {}

    /**
     * The text of a token with a valid signature. Only its end is hashed, which is the end of the signature and differs between any
     * two tokens. A hash of the whole text would cost more than the rest of a decision.
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

package io.scopeguard.logtobox.wire;

import java.security.SecureRandom;
import java.util.Base64;

/** Identifiers and opaque tokens of the lengths and alphabets that Logto uses. */
public final class Ids {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final String ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz";
    private static final String KEY_ALPHABET = ALPHABET + ALPHABET.substring(10).toUpperCase(java.util.Locale.ROOT);

    private Ids() {}

    /** Twelve characters: users and organizations. */
    public static String shortId() {
        return random(ALPHABET, 12);
    }

    /** Twenty-one characters: roles, scopes, applications, hooks. */
    public static String standardId() {
        return random(ALPHABET, 21);
    }

    /** Thirty-two letters and digits, for secrets and signing keys. */
    public static String secret() {
        return random(KEY_ALPHABET, 32);
    }

    /** Forty-three URL-safe characters without a dot: codes, refresh tokens, opaque access tokens, {@code jti}. */
    public static String token() {
        byte[] bytes = new byte[32];
        RANDOM.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static String random(String alphabet, int length) {
        return RANDOM.ints(length, 0, alphabet.length())
                .mapToObj(alphabet::charAt)
                .collect(StringBuilder::new, StringBuilder::append, StringBuilder::append)
                .toString();
    }
}

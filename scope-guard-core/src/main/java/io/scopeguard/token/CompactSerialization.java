package io.scopeguard.token;

import io.scopeguard.provider.InvalidTokenException;
import io.scopeguard.provider.InvalidTokenException.Reason;
import java.util.Locale;
import java.util.Set;

/**
 * Checks tokens before they are parsed: three non-empty parts of canonical base64url. JOSE libraries ignore characters outside the
 * alphabet and unused trailing bits, so that one token would have any number of spellings.
 */
final class CompactSerialization {

    private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    private static final byte[] VALUES = values();

    /** The bytes EF BB BF. */
    private static final String BYTE_ORDER_MARK = "77u_";

    /** Values that clients send if their variable for the token is empty. */
    private static final Set<String> PLACEHOLDERS =
            Set.of("undefined", "null", "none", "nil", "nan", "false", "true", "[object object]", "[object promise]");

    private CompactSerialization() {}

    static void check(String token, int maxLength) {
        if (token.length() > maxLength) {
            throw new InvalidTokenException(Reason.MALFORMED, "The token is longer than " + maxLength + " characters.");
        }
        if (token.indexOf('.') < 0) {
            throw opaque(token);
        }
        int parts = 1;
        int partStart = 0;
        for (int i = 0; i < token.length(); i++) {
            char c = token.charAt(i);
            if (c == '.') {
                checkPart(token, partStart, i);
                checkNoByteOrderMark(token, partStart);
                parts++;
                partStart = i + 1;
            } else if (value(c) < 0) {
                throw notAJws();
            }
        }
        checkPart(token, partStart, token.length());
        if (parts != 3) {
            throw notAJws();
        }
    }

    private static void checkPart(String token, int start, int end) {
        int surplus = (end - start) % 4;
        if (end == start || surplus == 1 || (surplus > 0 && !unusedBitsAreZero(token.charAt(end - 1), surplus))) {
            throw notAJws();
        }
    }

    /**
     * Rejects a part that begins with a byte order mark. Header and payload are JSON, and parsers that skip the mark would read a
     * different text than was sent.
     */
    private static void checkNoByteOrderMark(String token, int start) {
        if (token.startsWith(BYTE_ORDER_MARK, start)) {
            throw notAJws();
        }
    }

    private static boolean unusedBitsAreZero(char last, int surplus) {
        return (value(last) & (surplus == 2 ? 0b1111 : 0b11)) == 0;
    }

    private static int value(char c) {
        return c < VALUES.length ? VALUES[c] : -1;
    }

    private static InvalidTokenException opaque(String token) {
        String description = PLACEHOLDERS.contains(token.toLowerCase(Locale.ROOT))
                ? "The client sent the text of an empty or unresolved variable instead of a token. Wait for the token, or send"
                        + " no Authorization header."
                : "This API takes no opaque tokens: request a token for a resource or an organization.";
        return new InvalidTokenException(Reason.OPAQUE, description);
    }

    private static InvalidTokenException notAJws() {
        return new InvalidTokenException(Reason.MALFORMED, "The token is not a signed JWT in compact serialization.");
    }

    private static byte[] values() {
        byte[] values = new byte[128];
        for (char c = 0; c < values.length; c++) {
            values[c] = (byte) ALPHABET.indexOf(c);
        }
        return values;
    }
}

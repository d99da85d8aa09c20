package io.scopeguard.spring.security;

import io.scopeguard.annotation.Internal;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * The header characters that Spring Security's strict firewall accepts, checked without its regular expressions.
 *
 * @hidden
 */
@Internal
public final class HeaderCharacters {

    private static final VarHandle EIGHT_BYTES =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
    private static final long EACH = 0x0101010101010101L;
    private static final long HIGHEST_BITS = EACH << 7;
    private static final long SPACES_BUT_LAST = EACH * ' ' & ~0xFFL;

    private HeaderCharacters() {}

    /** Whether a name consists of assigned characters, none of them a control character. */
    public static boolean areAllowedInName(String name) {
        return areAllowed(name, false);
    }

    /** Whether a value consists of assigned characters, none of them a control character except tabs. */
    public static boolean areAllowedInValue(String value) {
        return areAllowed(value, true);
    }

    private static boolean areAllowed(String text, boolean tab) {
        return arePrintable(text) || areAssigned(text, tab);
    }

    /**
     * Whether all characters are from space to tilde. Tokens are long, so eight characters are checked at a time. UTF-8 has the
     * same bytes for them, and larger ones for all others.
     */
    private static boolean arePrintable(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int inEights = bytes.length & -Long.BYTES;
        long outside = 0;
        for (int i = 0; i < inEights; i += Long.BYTES) {
            outside |= outside((long) EIGHT_BYTES.get(bytes, i));
        }
        for (int i = inEights; i < bytes.length; i++) {
            outside |= outside((bytes[i] & 0xFFL) | SPACES_BUT_LAST);
        }
        return outside == 0;
    }

    /** Zero if each of eight bytes is from space to tilde: the highest bit of a byte shows that it is smaller, or larger. */
    private static long outside(long bytes) {
        long isSmaller = (bytes - EACH * ' ') & ~bytes;
        long isLarger = (bytes + EACH * (0x7F - '~')) | bytes;
        return (isSmaller | isLarger) & HIGHEST_BITS;
    }

    /** Checks other characters by their Unicode categories. They are rare, so the cost is irrelevant. */
    private static boolean areAssigned(String text, boolean tab) {
        return text.codePoints().allMatch(c -> switch (Character.getType(c)) {
            case Character.UNASSIGNED -> false;
            case Character.CONTROL -> tab && c == '\t';
            default -> true;
        });
    }
}

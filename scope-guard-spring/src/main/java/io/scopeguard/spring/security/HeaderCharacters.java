package io.scopeguard.spring.security;

import io.scopeguard.annotation.Internal;

/**
 * The header characters that Spring Security's strict firewall accepts, checked without its regular expressions.
 *
 * @hidden
 */
@Internal
public final class HeaderCharacters {

    private HeaderCharacters() {}

    /** Whether a name consists of assigned characters, none of them a control character. */
    public static boolean areAllowedInName(String name) {
        return areAllowed(name, false);
    }

    /** The same for a value, which may also contain tabs. */
    public static boolean areAllowedInValue(String value) {
        return areAllowed(value, true);
    }

    private static boolean areAllowed(String text, boolean tab) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!isPrintable(c) && !(c == '\t' && tab)) {
                return c > '~' && areAssigned(text, i, tab);
            }
        }
        return true;
    }

    private static boolean isPrintable(char c) {
        return c >= ' ' && c <= '~';
    }

    /** Checks characters beyond ASCII by their Unicode categories. They are rare, so the cost is irrelevant. */
    private static boolean areAssigned(String text, int from, boolean tab) {
        return text.substring(from).codePoints().allMatch(c -> switch (Character.getType(c)) {
            case Character.UNASSIGNED -> false;
            case Character.CONTROL -> tab && c == '\t';
            default -> true;
        });
    }
}

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

    /** The same of a value, where a tab may be too. */
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

    /** Beyond ASCII by Unicode's categories; rare enough not to matter. */
    private static boolean areAssigned(String text, int from, boolean tab) {
        return text.substring(from).codePoints().allMatch(c -> switch (Character.getType(c)) {
            case Character.UNASSIGNED -> false;
            case Character.CONTROL -> tab && c == '\t';
            default -> true;
        });
    }
}

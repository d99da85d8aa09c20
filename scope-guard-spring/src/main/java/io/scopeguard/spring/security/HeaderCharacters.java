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

    /** Whether a value consists of assigned characters, none of them a control character except tabs. */
    public static boolean areAllowedInValue(String value) {
        return areAllowed(value, true);
    }

    private static boolean areAllowed(String text, boolean tab) {
        return arePrintable(text) || areAssigned(text, tab);
    }

    /** Whether all characters are from space to tilde. Without a branch for each character: tokens are long. */
    private static boolean arePrintable(String text) {
        int outside = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            outside |= (c - ' ') | ('~' - c);
        }
        return outside >= 0;
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

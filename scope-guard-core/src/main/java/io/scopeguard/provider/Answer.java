package io.scopeguard.provider;

/**
 * An answer of the provider, and whether its gaps are reliable.
 *
 * @param value the content of the answer
 * @param isExplicit whether absence is stated explicitly: by an error about this very subject, or by an object about it with a
 *     shorter list of roles. A search without a match and a bare empty list are not explicit, because a faulty provider returns the
 *     same.
 * @since 0.1
 */
public record Answer<T>(T value, boolean isExplicit) {

    /** An answer that states absence explicitly. */
    public static <T> Answer<T> explicit(T value) {
        return new Answer<>(value, true);
    }

    /** An answer whose gaps prove nothing on their own. */
    public static <T> Answer<T> implicit(T value) {
        return new Answer<>(value, false);
    }
}

package io.scopeguard.provider;

/**
 * An answer and what it is worth.
 *
 * @param value what the provider answered
 * @param isExplicit whether what is absent is denied explicitly: an error about this very subject, or an object about it with a
 *     shorter list of roles. A search without a match and a bare empty list are not explicit: a faulty provider answers the same.
 */
public record Answer<T>(T value, boolean isExplicit) {

    /** An answer that says explicitly what is absent. */
    public static <T> Answer<T> explicit(T value) {
        return new Answer<>(value, true);
    }

    /** An answer whose gaps prove nothing by themselves. */
    public static <T> Answer<T> implicit(T value) {
        return new Answer<>(value, false);
    }
}

package io.scopeguard.provider;

/**
 * The user or application that a token was issued for.
 *
 * @param type a user, or an application on its own behalf
 * @param id the provider's id, unique within its type
 * @since 0.1
 */
public record Subject(Type type, String id) {

    /** The type determines how a provider looks up the subject. */
    public enum Type {
        USER,
        APPLICATION
    }

    /** The type alone: ids of people must not be logged. */
    @Override
    public String toString() {
        return type.toString();
    }
}

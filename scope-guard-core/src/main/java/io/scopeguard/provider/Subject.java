package io.scopeguard.provider;

/**
 * The user or application that a token speaks for.
 *
 * @param type a user, or an application on its own behalf
 * @param id the provider's id, unique within its type
 */
public record Subject(Type type, String id) {

    /** Users and applications are looked up in different places at a provider. */
    public enum Type {
        USER,
        APPLICATION
    }

    /** The type alone: ids of people belong in no log. */
    @Override
    public String toString() {
        return type.toString();
    }
}

package io.scopeguard.remedy;

/**
 * The remedies that make a client's token match live permissions, in order of strength.
 *
 * @since 0.1
 */
public enum Remedy {
    /** No step of the client helps, or none is needed. */
    NONE,
    /** Drop the cached access token and get another one with the refresh token. */
    REFRESH,
    /** Sign in again with consent, and request the missing scopes. */
    RECONSENT;

    /** The stronger of two remedies. */
    public Remedy or(Remedy other) {
        return compareTo(other) >= 0 ? this : other;
    }
}

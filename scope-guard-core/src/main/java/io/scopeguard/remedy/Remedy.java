package io.scopeguard.remedy;

/** The remedies that make a client's token match live permissions, in order of strength. */
public enum Remedy {
    /** Nothing would. */
    NONE,
    /** Drop the cached access token and get another with the refresh token. */
    REFRESH,
    /** Sign in again with consent, asking for the scopes that are missing. */
    RECONSENT;

    /** The stronger of the two. */
    public Remedy or(Remedy other) {
        return compareTo(other) >= 0 ? this : other;
    }
}

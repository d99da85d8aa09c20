package io.scopeguard.remedy;

/** What makes a client's token match reality again, the stronger the later. */
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

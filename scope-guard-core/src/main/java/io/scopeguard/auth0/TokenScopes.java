package io.scopeguard.auth0;

/** Which claim of an access token contains what the token permits. */
public enum TokenScopes {
    /** {@code scope}: what the sign-in requested and the user's roles permit. */
    SCOPE,
    /**
     * {@code permissions}: everything that the user's roles permit for the API, requested or not. A refresh then delivers every
     * promotion, but the token does not show what the user delegated to the client.
     */
    PERMISSIONS
}

package io.scopeguard.auth0;

import io.scopeguard.provider.TokenClaims;

/**
 * The claim of an access token that contains its permissions.
 *
 * @since 0.1
 */
public enum TokenScopes {
    /** {@code scope}: the scopes that the sign-in requested and the user's roles permit. */
    SCOPE,
    /**
     * {@code permissions}: all scopes that the user's roles permit for the API, requested or not. A refresh then delivers every
     * promotion, but the token does not show which scopes the user delegated to the client.
     */
    PERMISSIONS;

    /** Whether the claim can show a permission with this name: {@code scope} also contains the scopes of OpenID Connect. */
    boolean canShow(String permission) {
        return this == PERMISSIONS || !TokenClaims.isOpenIdScope(permission);
    }
}

/**
 * The OpenID Connect endpoints of the box.
 *
 * <p>Spring Authorization Server handles the authorization request (its validation, PKCE, sign-in and consent), client
 * authentication, and the exchange of an authorization code. Where Logto differs too much, there is code of our own behind the same
 * filters: the grants {@code refresh_token}, {@code client_credentials} and token exchange (organizations, resources, live roles),
 * the tokens themselves (member order, opaque tokens without a registered format), introspection, and the plain documents for
 * discovery and keys, which Logto keeps below {@code /oidc}.
 */
@NullMarked
package io.scopeguard.logtobox.oidc;

import org.jspecify.annotations.NullMarked;

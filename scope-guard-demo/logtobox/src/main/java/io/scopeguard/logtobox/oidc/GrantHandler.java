package io.scopeguard.logtobox.oidc;

/** One grant type of the token endpoint. */
interface GrantHandler {

    String grantType();

    TokenResponse handle(GrantRequest request);
}

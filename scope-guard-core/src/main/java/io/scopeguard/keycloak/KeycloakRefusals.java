package io.scopeguard.keycloak;

import io.scopeguard.provider.SettingRefusedException;
import io.scopeguard.provider.http.TokenRefusedException;
import java.net.URI;

/** Keycloak's definite refusals, each with the wrong setting and the fix. */
final class KeycloakRefusals {

    private KeycloakRefusals() {}

    static SettingRefusedException unknownClient() {
        return new SettingRefusedException(
                "client-id",
                "Keycloak does not know the client",
                "Use the client ID of a confidential client of this realm with service account roles.");
    }

    static SettingRefusedException wrongSecret() {
        return new SettingRefusedException(
                "client-secret",
                "Keycloak refuses the client's secret",
                "Copy the secret from the client's Credentials tab. The client must be confidential (client authentication on)"
                        + " and have service account roles.");
    }

    static SettingRefusedException noServiceAccount() {
        return new SettingRefusedException(
                "client-id",
                "Keycloak issues no tokens to the client itself",
                "Switch on client authentication and service account roles for the client.");
    }

    static SettingRefusedException missingRight(AdminRead.Right right) {
        return new SettingRefusedException(
                "client-id",
                "Keycloak's Admin API refuses a read that needs the role " + right.role(),
                "Assign the role '" + right.role()
                        + "' of the client 'realm-management' to the client's service account.");
    }

    static TokenRefusedException tokenNotAccepted() {
        return new TokenRefusedException(
                "Keycloak's Admin API", "server-url", "Use the address of the same Keycloak that issues the tokens.");
    }

    static SettingRefusedException otherIssuer(URI issuer, String actual) {
        return new SettingRefusedException(
                "issuer",
                "Keycloak issues tokens as " + actual + ", not as " + issuer,
                "Set it to the issuer that Keycloak names, or set Keycloak's hostname option.");
    }

    static SettingRefusedException unknownApiClient(String clientId) {
        return new SettingRefusedException(
                "api-client",
                "The realm has no client '" + clientId + "', whose roles are this API's scopes",
                "Create the client, or name the client that has the roles.");
    }

    static SettingRefusedException unknownSignInClient(String clientId) {
        return new SettingRefusedException(
                "sign-in-clients",
                "The realm has no client '" + clientId + "'",
                "Name the clients that users sign in with, by their client ID.");
    }

    static SettingRefusedException unsupportedAlgorithm(String algorithm) {
        return new SettingRefusedException(
                "issuer",
                "The realm signs tokens by " + algorithm + ", which is not accepted",
                "Set the realm's default signature algorithm to RS256, ES256, ES384 or ES512.");
    }
}

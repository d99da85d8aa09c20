package io.scopeguard.auth0;

import io.scopeguard.provider.SettingRefusedException;
import io.scopeguard.provider.http.TokenRefusedException;
import java.util.Collection;

/** Auth0's definite refusals, each with the wrong setting and the fix. */
final class Auth0Refusals {

    private static final String MANAGEMENT_API =
            "In Auth0's dashboard, open Applications > APIs > Auth0 Management API > Application Access";

    private Auth0Refusals() {}

    /** Auth0 answers the same for an unknown application and for a wrong secret. */
    static SettingRefusedException wrongCredentials() {
        return new SettingRefusedException(
                "client-secret",
                "Auth0 refuses the application's client id and secret",
                "Copy both from the Settings of a Machine to Machine application of this tenant.");
    }

    static SettingRefusedException notMachineToMachine() {
        return new SettingRefusedException(
                "client-id",
                "Auth0 issues no tokens to the application itself",
                "Use a Machine to Machine application, or enable the grant type Client Credentials under the application's"
                        + " Settings > Advanced Settings > Grant Types.");
    }

    static SettingRefusedException notAuthorized() {
        return new SettingRefusedException(
                "client-id",
                "Auth0 gives the application no access to the Management API",
                MANAGEMENT_API + " and authorize the application for client access.");
    }

    static SettingRefusedException missingPermissions(Collection<String> missing) {
        return new SettingRefusedException(
                "client-id",
                "The application lacks permissions of the Management API: " + String.join(" ", missing),
                MANAGEMENT_API + " and add these permissions to the application.");
    }

    static TokenRefusedException tokenNotAccepted() {
        return new TokenRefusedException(
                "Auth0's Management API",
                "domain",
                "Use the tenant's default domain, such as tenant.eu.auth0.com: the Management API does not take tokens of a"
                        + " custom domain.");
    }

    static SettingRefusedException unknownManagementApi() {
        return new SettingRefusedException(
                "domain",
                "Auth0 does not know the Management API under this domain",
                "Use the tenant's default domain, such as tenant.eu.auth0.com. A custom domain belongs in issuers.");
    }

    static SettingRefusedException otherIssuer(String issuer) {
        return new SettingRefusedException(
                "issuers",
                "Auth0 issues tokens as " + issuer + ", which is not accepted",
                "Use the domain by the name that Auth0 itself uses, or add the issuer, with its slash at the end.");
    }

    static SettingRefusedException unknownApi(String identifier) {
        return new SettingRefusedException(
                "resources",
                "Auth0 has no API with the identifier " + identifier,
                "Copy the identifier from Applications > APIs. It is compared exactly, with or without a slash at the end.");
    }

    static SettingRefusedException withoutRbac(String identifier) {
        return new SettingRefusedException(
                "resources",
                "RBAC is off for the API " + identifier + ", so Auth0 issues scopes without looking at roles",
                "Switch on Enable RBAC under Applications > APIs > the API > Settings.");
    }

    static SettingRefusedException withoutPermissions(String identifier) {
        return new SettingRefusedException(
                "token-scopes",
                "Tokens for the API " + identifier + " carry no permissions claim",
                "Switch on Add Permissions in the Access Token under Applications > APIs > the API > Settings, or set"
                        + " token-scopes to scope.");
    }

    static SettingRefusedException unsupportedAlgorithm(String identifier, String algorithm) {
        return new SettingRefusedException(
                "resources",
                "Auth0 signs tokens for the API " + identifier + " by " + algorithm + ", which is not accepted",
                "Choose RS256 as the signing algorithm under Applications > APIs > the API > Settings.");
    }
}

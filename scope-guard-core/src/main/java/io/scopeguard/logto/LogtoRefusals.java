package io.scopeguard.logto;

import io.scopeguard.provider.SettingRefusedException;
import io.scopeguard.provider.http.TokenRefusedException;
import java.net.URI;

/** Logto's definite refusals, each with the wrong setting and the fix. */
final class LogtoRefusals {

    private LogtoRefusals() {}

    static SettingRefusedException unknownApplication() {
        return new SettingRefusedException(
                "app-id",
                "Logto does not know the application",
                "Use the id of a machine-to-machine application of this tenant.");
    }

    static SettingRefusedException wrongSecret() {
        return new SettingRefusedException(
                "app-secret",
                "Logto refuses the application's secret",
                "Use a secret of the application, which must be a machine-to-machine one.");
    }

    static SettingRefusedException publicApplication() {
        return new SettingRefusedException(
                "app-id",
                "Logto knows the application as a single-page or native one, which has no secret",
                "Create a machine-to-machine application, and use its id and its secret. Users continue to sign in"
                        + " with the other application.");
    }

    static SettingRefusedException notMachineToMachine() {
        return new SettingRefusedException(
                "app-id",
                "Logto issues no tokens to the application itself",
                "Use the id and the secret of a machine-to-machine application: this one is of another kind, such as a web"
                        + " or single-page application.");
    }

    static SettingRefusedException unknownManagementResource() {
        return new SettingRefusedException(
                "management-resource",
                "Logto does not know the Management API's resource",
                "Use the Management API's indicator: https://default.logto.app/api on your own server,"
                        + " https://<tenant>.logto.app/api on Logto Cloud.");
    }

    static SettingRefusedException noManagementAccess() {
        return new SettingRefusedException(
                "app-id",
                "Logto gives the application no access to the Management API",
                "Assign the application a machine-to-machine role with the Management API's permission 'all'.");
    }

    static TokenRefusedException tokenNotAccepted() {
        return new TokenRefusedException(
                "Logto's Management API",
                "endpoint",
                "Use the tenant's default domain: the Management API does not take tokens of a custom one.");
    }

    static SettingRefusedException otherIssuer(URI endpoint, String issuer) {
        return new SettingRefusedException(
                "issuers",
                "Logto at " + endpoint + " issues tokens as " + issuer + ", which is not accepted",
                "Add the issuer that Logto names there, or use the endpoint by the name that Logto itself uses.");
    }
}

package io.scopeguard.auth0;

import static io.scopeguard.auth0.Auth0ManagementApi.encode;

import io.scopeguard.provider.http.ClientCredentialsToken;
import io.scopeguard.provider.http.ClientCredentialsToken.Grant;
import io.scopeguard.provider.http.HttpCalls;
import io.scopeguard.provider.http.Json;
import io.scopeguard.provider.http.ReceivedResponse;
import io.scopeguard.scope.Scopes;
import io.scopeguard.time.SteadyClock;
import java.net.http.HttpRequest;
import tools.jackson.databind.JsonNode;

/** Our own access token for the Management API, with the permissions that reading needs. */
final class ManagementAccess {

    /**
     * The permissions that every read of users needs. Reads of client grants need another permission, which Auth0 names in its
     * error.
     */
    private static final Scopes REQUIRED = Scopes.of(
            "read:organization_members",
            "read:organization_member_roles",
            "read:roles",
            "read:users",
            "read:resource_servers");

    private ManagementAccess() {}

    static ClientCredentialsToken token(
            HttpCalls calls, Auth0Tenant tenant, String clientId, String clientSecret, SteadyClock clock) {
        return new ClientCredentialsToken(
                calls, request(tenant, clientId, clientSecret), ManagementAccess::granted, clock);
    }

    /** The credentials are in the body, the default for applications of this kind. */
    private static HttpRequest.Builder request(Auth0Tenant tenant, String clientId, String clientSecret) {
        return HttpRequest.newBuilder(tenant.tokenEndpoint())
                .header("Content-Type", "application/x-www-form-urlencoded")
                .header("Accept", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("grant_type=client_credentials&client_id=" + encode(clientId)
                        + "&client_secret=" + encode(clientSecret) + "&audience=" + encode(tenant.managementApi())));
    }

    private static Grant granted(ReceivedResponse response) {
        JsonNode body = Json.parse(response.body());
        if (response.statusCode() != 200) {
            throw refusal(body, response.statusCode());
        }
        JsonNode scope = body.path("scope");
        Scopes missing = scope.isString() ? REQUIRED.minus(Scopes.parse(scope.stringValue())) : Scopes.none();
        if (!missing.isEmpty()) {
            throw Auth0Refusals.missingPermissions(missing.toList());
        }
        return Grant.of(body);
    }

    private static RuntimeException refusal(JsonNode body, int status) {
        String description = body.path("error_description").asString("");
        return switch (body.path("error").asString("")) {
            case "unauthorized_client" -> Auth0Refusals.notMachineToMachine();
            case "invalid_client" -> Auth0Refusals.wrongCredentials();
            case "access_denied" -> denied(description, status);
            default -> ClientCredentialsToken.refused("Auth0", status);
        };
    }

    private static RuntimeException denied(String description, int status) {
        if (description.startsWith("Service not found")) {
            return Auth0Refusals.unknownManagementApi();
        }
        if (description.contains("client-grant")) {
            return Auth0Refusals.notAuthorized();
        }
        return status == 401 ? Auth0Refusals.wrongCredentials() : ClientCredentialsToken.refused("Auth0", status);
    }
}

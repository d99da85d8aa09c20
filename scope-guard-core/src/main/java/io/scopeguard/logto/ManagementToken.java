package io.scopeguard.logto;

import io.scopeguard.provider.http.ClientCredentialsToken;
import io.scopeguard.provider.http.HttpCalls;
import io.scopeguard.provider.http.Json;
import io.scopeguard.scope.Scopes;
import io.scopeguard.time.SteadyClock;
import java.net.URI;
import java.net.http.HttpResponse;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** How Logto grants access to its Management API. */
final class ManagementToken {

    private static final String SCOPE = "all";

    private ManagementToken() {}

    static ClientCredentialsToken of(
            HttpCalls calls,
            URI tokenEndpoint,
            String appId,
            String appSecret,
            String managementResource,
            SteadyClock clock) {
        return new ClientCredentialsToken(
                calls,
                ClientCredentialsToken.request(
                        tokenEndpoint, appId, appSecret, Map.of("scope", SCOPE, "resource", managementResource)),
                ManagementToken::read,
                clock);
    }

    private static ClientCredentialsToken.Grant read(HttpResponse<byte[]> response) {
        JsonNode body = Json.parse(response.body());
        if (response.statusCode() != 200) {
            throw refusal(body, response.statusCode());
        }
        ClientCredentialsToken.Grant grant = ClientCredentialsToken.Grant.of(body);
        // Logto issues a token all the same where the application lacks the role, only without the scope.
        if (!Scopes.parse(body.path("scope").asString("")).contains(SCOPE)) {
            throw LogtoRefusals.noManagementAccess();
        }
        return grant;
    }

    private static RuntimeException refusal(JsonNode body, int status) {
        return switch (body.path("error").asString("")) {
            case "invalid_client" -> status == 401 ? LogtoRefusals.wrongSecret() : LogtoRefusals.unknownApplication();
            case "unauthorized_client" -> LogtoRefusals.notMachineToMachine();
            case "invalid_request" ->
                body.path("error_description").asString("").contains("grant type")
                        ? LogtoRefusals.notMachineToMachine()
                        : ClientCredentialsToken.refused("Logto", status);
            case "invalid_target" -> LogtoRefusals.unknownManagementResource();
            default -> ClientCredentialsToken.refused("Logto", status);
        };
    }
}

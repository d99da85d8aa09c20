package io.scopeguard.logto;

import io.scopeguard.provider.CallContext;
import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.provider.http.ClientCredentialsToken;
import io.scopeguard.provider.http.HttpCalls;
import io.scopeguard.provider.http.Json;
import io.scopeguard.provider.http.ReceivedResponse;
import io.scopeguard.scope.Scopes;
import io.scopeguard.time.SteadyClock;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** Requests tokens for Logto's Management API. */
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

    private static ClientCredentialsToken.Grant read(ReceivedResponse response) {
        JsonNode body = Json.parse(response.body());
        if (response.statusCode() != 200) {
            throw refusal(body, response.statusCode());
        }
        ClientCredentialsToken.Grant grant = ClientCredentialsToken.Grant.of(body);
        // If the application lacks the role, Logto still issues a token, but without the scope.
        if (!Scopes.parse(body.path("scope").asString("")).contains(SCOPE)) {
            throw LogtoRefusals.noManagementAccess();
        }
        return grant;
    }

    /**
     * Finds out why Logto refuses a secret: an application without a secret authenticates by its id alone, and Logto then refuses
     * only the grant.
     *
     * @return whether the application certainly has no secret
     */
    static boolean isOfPublicApplication(HttpCalls calls, URI tokenEndpoint, String appId) {
        try {
            return calls.send(
                            "token",
                            ClientCredentialsToken.publicRequest(tokenEndpoint, appId),
                            CallContext.FOREGROUND,
                            response ->
                                    Optional.of(Json.parse(response.body())).filter(ManagementToken::isGrantRefused))
                    .isPresent();
        } catch (PermissionsUnavailableException e) {
            return false;
        }
    }

    private static boolean isGrantRefused(JsonNode body) {
        String error = body.path("error").asString("");
        boolean isAboutTheGrant = body.path("error_description").asString("").contains("grant type");
        return error.equals("unauthorized_client") || (error.equals("invalid_request") && isAboutTheGrant);
    }

    private static RuntimeException refusal(JsonNode body, int status) {
        if (isGrantRefused(body)) {
            return LogtoRefusals.notMachineToMachine();
        }
        return switch (body.path("error").asString("")) {
            case "invalid_client" -> status == 401 ? LogtoRefusals.wrongSecret() : LogtoRefusals.unknownApplication();
            case "invalid_target" -> LogtoRefusals.unknownManagementResource();
            default -> ClientCredentialsToken.refused("Logto", status);
        };
    }
}

package io.scopeguard.keycloak;

import io.scopeguard.provider.http.ClientCredentialsToken;
import io.scopeguard.provider.http.ClientCredentialsToken.Grant;
import io.scopeguard.provider.http.HttpCalls;
import io.scopeguard.provider.http.Json;
import io.scopeguard.provider.http.ReceivedResponse;
import io.scopeguard.time.SteadyClock;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** Requests tokens for Keycloak's Admin API. */
final class AdminToken {

    private AdminToken() {}

    static ClientCredentialsToken of(
            HttpCalls calls, KeycloakRealm realm, String clientId, String clientSecret, SteadyClock clock) {
        return new ClientCredentialsToken(
                calls,
                ClientCredentialsToken.request(realm.tokenEndpoint(), clientId, clientSecret, Map.of()),
                AdminToken::read,
                clock);
    }

    private static Grant read(ReceivedResponse response) {
        JsonNode body = Json.parse(response.body());
        if (response.statusCode() == 200) {
            // Keycloak sends no Date.
            return Grant.of(body).dated();
        }
        throw switch (body.path("error").asString("")) {
            case "invalid_client" -> KeycloakRefusals.unknownClient();
            case "unauthorized_client" ->
                body.path("error_description").asString("").contains("service account")
                        ? KeycloakRefusals.noServiceAccount()
                        : KeycloakRefusals.wrongSecret();
            default -> ClientCredentialsToken.refused("Keycloak", response.statusCode());
        };
    }
}

package io.scopeguard.keycloak;

import io.scopeguard.provider.http.Json;
import io.scopeguard.token.AccessTokenVerifier;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;

/** The settings of a client at Keycloak that determine the content of its tokens. */
record KeycloakClient(JsonNode node) {

    private static final String SIGNATURE = "access.token.signed.response.alg";
    private static final String LIGHTWEIGHT = "client.use.lightweight.access.token.enabled";

    String id() {
        return Json.text(node, "id");
    }

    String clientId() {
        return node.path("clientId").asString("");
    }

    boolean isEnabled() {
        return node.path("enabled").asBoolean(true);
    }

    /** Whether the client's tokens can contain the claims of a client scope, by default or on request. */
    boolean hasScope(String clientScope) {
        return Stream.of("defaultClientScopes", "optionalClientScopes")
                .flatMap(list -> StreamSupport.stream(node.path(list).spliterator(), false))
                .anyMatch(scope -> scope.asString("").equals(clientScope));
    }

    boolean isFullScopeAllowed() {
        return node.path("fullScopeAllowed").asBoolean(false);
    }

    boolean isLightweight() {
        return attribute(LIGHTWEIGHT).equals("true");
    }

    boolean isAlgorithmSupported() {
        return attribute(SIGNATURE).isEmpty()
                || AccessTokenVerifier.algorithms().contains(attribute(SIGNATURE));
    }

    private String attribute(String name) {
        return node.path("attributes").path(name).asString("");
    }
}

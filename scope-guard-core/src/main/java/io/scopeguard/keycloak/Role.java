package io.scopeguard.keycloak;

import io.scopeguard.provider.http.Json;
import tools.jackson.databind.JsonNode;

/**
 * A role of a client or of the realm, from a list of roles. The name of a client role is a scope.
 *
 * @param isComposite whether it contains other roles
 */
record Role(String id, String name, boolean isComposite) {

    static Role of(JsonNode role) {
        return new Role(Json.text(role, "id"), Json.text(role, "name"), Json.flag(role, "composite"));
    }
}

package io.scopeguard.logto;

import io.scopeguard.provider.http.Json;
import tools.jackson.databind.JsonNode;

/** A scope in a list of Logto. */
record ListedScope(String id, String name) {

    static ListedScope of(JsonNode scope) {
        return new ListedScope(Json.text(scope, "id"), Json.text(scope, "name"));
    }
}

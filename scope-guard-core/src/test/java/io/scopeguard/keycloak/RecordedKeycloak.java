package io.scopeguard.keycloak;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Exchanges recorded with a real Keycloak 26.7.3, from {@code src/test/resources/keycloak-recorded}. */
final class RecordedKeycloak {

    static final String ISSUER = "http://127.0.0.1:9501/realms/guard";
    static final String ACME = "989e0550-9f8c-4f0a-9e1a-de8fbb0b1f01";

    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private RecordedKeycloak() {}

    static JsonNode of(String name) {
        try (InputStream in = RecordedKeycloak.class.getResourceAsStream("/keycloak-recorded/" + name + ".json")) {
            if (in == null) {
                throw new IllegalArgumentException("no such recording: " + name);
            }
            return MAPPER.readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The recorded answer of Keycloak. */
    static JsonNode body(String name) {
        return of(name).path("response").path("body");
    }

    static int status(String name) {
        return of(name).path("response").path("status").intValue();
    }

    /** The claims of a token, as the verifier's parser returns them. */
    static Map<String, Object> claims(String token) {
        return object(of("tokens/" + token).get("claims").toString());
    }

    static Map<String, Object> object(String json) {
        return MAPPER.readValue(json, new TypeReference<Map<String, Object>>() {});
    }

    static String accessToken(String token) {
        return of("tokens/" + token).get("accessToken").stringValue();
    }
}

package io.scopeguard.logtobox;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The parts of a token, not verified. */
public record Jwt(JsonNode header, JsonNode claims) {

    private static final JsonMapper JSON = JsonMapper.shared();

    public static Jwt of(String token) {
        String[] parts = token.split("\\.");
        return new Jwt(part(parts[0]), part(parts[1]));
    }

    static boolean is(String token) {
        return token.chars().filter(character -> character == '.').count() == 2;
    }

    public String claim(String name) {
        return claims.path(name).asString("");
    }

    private static JsonNode part(String encoded) {
        return JSON.readTree(new String(Base64.getUrlDecoder().decode(encoded), StandardCharsets.UTF_8));
    }
}

package io.scopeguard.logtobox;

import java.net.URI;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A response with its body as text. */
public record Answer(int status, String text, HttpHeaders headers) {

    private static final JsonMapper JSON = JsonMapper.shared();

    static Answer of(HttpResponse<String> response) {
        return new Answer(response.statusCode(), response.body(), response.headers());
    }

    public JsonNode json() {
        return JSON.readTree(text);
    }

    public String string(String member) {
        return json().path(member).asString("");
    }

    public String header(String name) {
        return headers.firstValue(name).orElse("");
    }

    URI location() {
        return URI.create(header("location"));
    }
}

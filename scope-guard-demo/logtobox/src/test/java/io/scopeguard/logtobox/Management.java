package io.scopeguard.logtobox;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;

/** A machine-to-machine client of the Management API. */
public final class Management {

    private final Http http;
    private final String authorization;

    public Management(URI endpoint) {
        this.http = new Http(endpoint);
        Answer token = TestClient.MANAGEMENT.token(
                http, "grant_type", "client_credentials", "resource", "https://default.logto.app/api", "scope", "all");
        assertThat(token.string("scope")).as(token.text()).isEqualTo("all");
        this.authorization = "Bearer " + token.string("access_token");
    }

    Answer get(String path) {
        return http.get("/api" + path, "Authorization", authorization);
    }

    Answer send(String method, String path, String body) {
        return http.send(
                method, "/api" + path, body, "Authorization", authorization, "Content-Type", "application/json");
    }

    public String subjectToken(String userId) {
        Answer answer = send("POST", "/subject-tokens", "{\"userId\":\"" + userId + "\",\"context\":{}}");
        assertThat(answer.status()).as(answer.text()).isEqualTo(201);
        return answer.string("subjectToken");
    }
}

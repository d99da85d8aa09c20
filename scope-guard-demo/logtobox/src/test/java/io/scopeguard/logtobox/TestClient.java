package io.scopeguard.logtobox;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/** The seeded applications, with their credentials. */
public enum TestClient {
    PUBLIC("demo-web", null),
    CONFIDENTIAL("demo-server", "demo-server-secret"),
    MANAGEMENT("demo-m2m", "demo-m2m-secret"),
    AGENT("demo-agent", "demo-agent-secret");

    private final String id;
    private final String secret;

    TestClient(String id, String secret) {
        this.id = id;
        this.secret = secret;
    }

    public String id() {
        return id;
    }

    public Answer token(Http http, String... namesAndValues) {
        List<String> form = new ArrayList<>(Arrays.asList(namesAndValues));
        if (secret == null) {
            form.addAll(List.of("client_id", id));
            return http.form("/oidc/token", form);
        }
        return http.form("/oidc/token", form, "Authorization", basic(id, secret));
    }

    static String basic(String id, String secret) {
        return "Basic " + Base64.getEncoder().encodeToString((id + ":" + secret).getBytes(StandardCharsets.UTF_8));
    }
}

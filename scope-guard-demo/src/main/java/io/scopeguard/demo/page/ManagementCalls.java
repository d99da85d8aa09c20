package io.scopeguard.demo.page;

import io.scopeguard.logtobox.directory.Seed;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;
import org.springframework.web.client.RestClient;
import org.springframework.web.util.UriComponentsBuilder;

/** A few calls to the Management API with one access token, with a record of the calls. Not thread-safe. */
final class ManagementCalls {

    private static final String CLIENT = "demo-m2m";

    private final RestClient http;
    private final List<String> made = new ArrayList<>();
    private final String token;

    ManagementCalls(URI endpoint) {
        http = RestClient.create(endpoint.toString());
        token = token();
    }

    ManagementCalls send(HttpMethod method, String path, @Nullable Object body, Object... variables) {
        String expanded = UriComponentsBuilder.fromPath("/api" + path)
                .encode()
                .buildAndExpand(variables)
                .toUriString();
        RestClient.RequestBodySpec request =
                http.method(method).uri("/api" + path, variables).headers(headers -> headers.setBearerAuth(token));
        if (body != null) {
            request = request.contentType(MediaType.APPLICATION_JSON).body(body);
        }
        request.retrieve().toBodilessEntity();
        made.add(method + " " + expanded);
        return this;
    }

    List<String> made() {
        return List.copyOf(made);
    }

    private String token() {
        MultiValueMap<String, String> form = new LinkedMultiValueMap<>();
        form.add("grant_type", "client_credentials");
        form.add("resource", Seed.MANAGEMENT_API);
        form.add("scope", "all");
        Map<?, ?> answer = http.post()
                .uri("/oidc/token")
                .headers(headers -> headers.setBasicAuth(CLIENT, CLIENT + "-secret"))
                .contentType(MediaType.APPLICATION_FORM_URLENCODED)
                .body(form)
                .retrieve()
                .body(Map.class);
        if (answer == null || !(answer.get("access_token") instanceof String value)) {
            throw new IllegalStateException("The embedded provider issued no Management API token");
        }
        return value;
    }
}

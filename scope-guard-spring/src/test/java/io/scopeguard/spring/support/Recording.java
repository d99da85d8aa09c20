package io.scopeguard.spring.support;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.WireMock;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A recorded exchange with a Logto 1.42.0. */
public record Recording(JsonNode exchange) {

    /** The issuer at the time of the recording. */
    public static final String ISSUER = "http://127.0.0.1:3001/oidc";

    public static Recording of(String name) {
        try (InputStream in = Recording.class.getResourceAsStream("/recorded/" + name + ".json")) {
            if (in == null) {
                throw new IllegalArgumentException("not recorded: " + name);
            }
            return new Recording(JsonMapper.shared().readTree(in));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public String accessToken() {
        return exchange.get("rawAccessToken").stringValue();
    }

    public JsonNode claims() {
        return exchange.get("accessTokenClaims");
    }

    public int status() {
        return exchange.get("response").get("status").intValue();
    }

    public String body() {
        return exchange.get("response").get("rawBody").stringValue();
    }

    private String path() {
        return exchange.get("request").get("path").stringValue().split("\\?")[0];
    }

    /** Stubs the recorded answer for any query. */
    public void serve(WireMockServer server) {
        String method = exchange.get("request").get("method").stringValue();
        var response = WireMock.aResponse()
                .withStatus(status())
                .withHeader("Content-Type", "application/json; charset=utf-8")
                .withBody(body());
        JsonNode total = exchange.get("response").get("headers").get("total-number");
        if (total != null) {
            response.withHeader("Total-Number", total.stringValue());
        }
        server.stubFor(WireMock.request(method, WireMock.urlPathEqualTo(path())).willReturn(response));
    }

    public static WireMockServer server() {
        WireMockServer server = new WireMockServer(WireMockConfiguration.options()
                .dynamicPort()
                .bindAddress("127.0.0.1")
                .containerThreads(12));
        server.start();
        return server;
    }

    /** Properties that connect an application with the server, which answers for the recorded issuer. */
    public static Map<String, Object> properties(WireMockServer server) {
        Map<String, Object> properties = new LinkedHashMap<>();
        properties.put("scope-guard.logto.endpoint", "http://127.0.0.1:" + server.port());
        properties.put("scope-guard.logto.issuers", ISSUER);
        properties.put("scope-guard.logto.app-id", "recorded");
        properties.put("scope-guard.logto.app-secret", "recorded-secret");
        properties.put("scope-guard.logto.calls-per-second", 1000);
        // A busy machine may take longer than the default wait of an application.
        properties.put("scope-guard.permissions.max-wait", "60s");
        properties.put("scope-guard.logto.timeout", "30s");
        properties.put("scope-guard.resources", TenantServer.RESOURCE);
        properties.put("scope-guard.default-audience", "organization");
        return properties;
    }
}

package io.scopeguard.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.spring.support.Reply;
import io.scopeguard.spring.support.RunningApi;
import io.scopeguard.spring.support.TenantServer;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.testing.Sampled;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** RFC 9728: the address of the metadata, and challenges that point to an existing address. */
class ResourceMetadataTests {

    private static final String WELL_KNOWN = "/.well-known/oauth-protected-resource";
    private static final Pattern LINK = Pattern.compile("resource_metadata=\"([^\"]*)\"");
    private static final String FORWARDED =
            "X-Forwarded-Proto: https\r\nX-Forwarded-Host: api.example.com\r\nX-Forwarded-Port: 443\r\n";

    private static final MovableClock clock = MovableClock.atNoon();
    private static final TenantServer tenant = new TenantServer(clock);

    @AfterAll
    static void stop() {
        tenant.close();
    }

    @Sampled
    @ParameterizedTest
    @CsvSource({"'', ''", "/ctx, ''", "'', /v1", "/ctx, /v1"})
    void metadataWhenTheApplicationHasPathsThenItIsWhereTheChallengePoints(String contextPath, String servletPath) {
        try (RunningApi api = start(contextPath, servletPath)) {
            String address = api.origin() + contextPath;
            Reply challenged = api.getAsStranger(contextPath + servletPath + "/me");
            assertThat(challenged.status()).isEqualTo(401);
            assertThat(link(challenged.header("WWW-Authenticate"))).isEqualTo(address + WELL_KNOWN);

            assertThat(resource(api, contextPath + WELL_KNOWN)).isEqualTo(address);
            // With the path of the resource at the position that RFC 9728 §3.1 defines.
            assertThat(resource(api, WELL_KNOWN + contextPath + servletPath)).isEqualTo(address + servletPath);
            assertThat(resource(api, contextPath + WELL_KNOWN + servletPath)).isEqualTo(address + servletPath);
        }
    }

    @Test
    void getWhenOutsideOfTheContextThenOnlyItsMetadataIsFound() {
        try (RunningApi api = start("/ctx", "")) {
            for (String path : List.of("", "/", "/ctxx", "/other", "/ctx/../x", "/ctx//x", "/ctx/%2e", "/CTX")) {
                assertThat(api.raw("GET " + WELL_KNOWN + path
                                + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
                        .as(path)
                        .matches("(?s)HTTP/1.1 40[04] .*");
            }
            assertThat(api.send("POST", WELL_KNOWN + "/ctx", "").status()).isEqualTo(404);
            assertThat(api.send("HEAD", WELL_KNOWN + "/ctx", null).status()).isEqualTo(200);
            assertThat(api.getAsStranger("/ctx/me").status()).isEqualTo(401);
        }
    }

    /** It is public for every client, and for scripts of any origin. */
    @ParameterizedTest
    @CsvSource({"'', " + WELL_KNOWN, "/ctx, /ctx" + WELL_KNOWN, "/ctx, " + WELL_KNOWN + "/ctx"})
    void metadataWhenTheTokenIsInvalidOrTheOriginIsForeignThenOk(String contextPath, String path) {
        try (RunningApi api = start(contextPath, "")) {
            Reply reply =
                    api.getAsStranger(path, "Authorization", "Bearer stale", "Origin", "https://app.example.test");
            assertThat(reply.status()).isEqualTo(200);
            assertThat(reply.header("Content-Type")).isEqualTo("application/json");
            assertThat(reply.header("Cache-Control")).isEqualTo("no-store");
            assertThat(reply.header("Access-Control-Allow-Origin")).isEqualTo("*");
            Reply preflight = api.send(
                    "OPTIONS",
                    path,
                    null,
                    "Origin",
                    "https://app.example.test",
                    "Access-Control-Request-Method",
                    "GET",
                    "Access-Control-Request-Headers",
                    "mcp-protocol-version");
            assertThat(preflight.status()).isEqualTo(204);
            assertThat(preflight.header("Access-Control-Allow-Origin")).isEqualTo("*");
            assertThat(preflight.header("Access-Control-Allow-Headers")).isEqualTo("*");
        }
    }

    /** Neither requires a token, even if unannotated handlers are closed. */
    @Test
    void requestWhenUnannotatedHandlersAreClosedThenMetadataAndWebhookAreOpen() {
        List<String> settings =
                List.of("scope-guard.unannotated", "deny", "scope-guard.logto.webhook.signing-keys", "a-key");
        try (RunningApi api = RunningApi.start(tenant, clock, settings, GuardedApi.class)) {
            assertThat(api.getAsStranger(WELL_KNOWN).status()).isEqualTo(200);
            assertThat(api.getAsStranger("/scope-guard/webhooks/logto").status())
                    .isEqualTo(405);
        }
    }

    // Scopes

    /** RFC 9728 §2: the scopes to request for access to this resource. */
    @Sampled
    @ParameterizedTest
    @CsvSource({
        "/mcp, 'use:tool'",
        "/admin/api, 'delete:all,read:report'",
        "'', 'read:foreign,read:own,read:report'",
        "/mcp/elsewhere, 'read:foreign,read:own,read:report'",
        "/mcpx, 'read:foreign,read:own,read:report'",
        "/silent, 'read:foreign,read:own,read:report'"
    })
    void metadataWhenThereAreSeveralResourcesThenScopesAreThoseOfTheRequestedOne(String path, String scopes) {
        for (String contextPath : List.of("", "/ctx")) {
            try (RunningApi api = start(contextPath, SeveralResources.class)) {
                assertThat(scopes(api, WELL_KNOWN + contextPath + path))
                        .as(contextPath)
                        .isEqualTo(scopes);
            }
        }
    }

    /** An empty list is left out (RFC 9728 §3.2). */
    @Test
    void metadataWhenTheResourceHasNoScopesThenTheListIsLeftOut() {
        try (RunningApi api = start("", OnlyTools.class)) {
            assertThat(scopes(api, WELL_KNOWN)).isNull();
            assertThat(scopes(api, WELL_KNOWN + "/mcp")).isEqualTo("use:tool");
        }
    }

    // Behind a proxy

    @Sampled
    @ParameterizedTest
    @CsvSource({
        "https://api.example.com, '', https://api.example.com",
        "https://api.example.com/, /ctx, https://api.example.com",
        "https://example.com:8443/gw/, '', https://example.com:8443/gw",
        "https://example.com/gw, /ctx, https://example.com/gw",
        "https://example.com/ctx, /ctx, https://example.com/ctx"
    })
    void metadataWhenThePublicUrlIsSetThenTheAddressOfTheRequestIsIgnored(
            String publicUrl, String contextPath, String address) {
        List<String> settings =
                List.of("scope-guard.public-url", publicUrl, "server.servlet.context-path", contextPath);
        try (RunningApi api = RunningApi.start(tenant, clock, settings, GuardedApi.class)) {
            String publicPath = URI.create(address).getPath();
            for (String headers : List.of("Host: evil.example\r\n", "Host: localhost\r\n" + FORWARDED)) {
                assertThat(link(get(api, contextPath + "/me", headers))).isEqualTo(address + WELL_KNOWN);
                assertThat(resource(get(api, contextPath + WELL_KNOWN, headers)))
                        .isEqualTo(address);
                // A proxy may forward the well-known path unchanged, or prepend the context path.
                assertThat(resource(
                                get(api, WELL_KNOWN + publicPath + (publicPath.isEmpty() ? contextPath : ""), headers)))
                        .isEqualTo(address);
                assertThat(resource(get(api, contextPath + WELL_KNOWN + "/v1", headers)))
                        .isEqualTo(address + "/v1");
            }
        }
    }

    /** Without the property, the address is the one that the client used, according to the server. */
    @Sampled
    @ParameterizedTest
    @CsvSource({
        "none, Host: localhost, http://localhost",
        "none, Host: other.example:81, http://other.example:81",
        "native, Host: localhost, https://api.example.com",
        "framework, Host: localhost, https://api.example.com"
    })
    void metadataWhenThePublicUrlIsNotSetThenTheAddressOfTheRequestIsUsed(
            String strategy, String host, String address) {
        List<String> settings = List.of("server.forward-headers-strategy", strategy);
        try (RunningApi api = RunningApi.start(tenant, clock, settings, GuardedApi.class)) {
            String headers = host + "\r\n" + FORWARDED;
            assertThat(link(get(api, "/me", headers))).isEqualTo(address + WELL_KNOWN);
            assertThat(resource(get(api, WELL_KNOWN, headers))).isEqualTo(address);
        }
    }

    @Test
    void metadataWhenAPrefixIsForwardedThenItIsPartOfTheAddress() {
        List<String> settings =
                List.of("server.forward-headers-strategy", "framework", "server.servlet.context-path", "/ctx");
        try (RunningApi api = RunningApi.start(tenant, clock, settings, GuardedApi.class)) {
            String headers = "Host: localhost\r\nX-Forwarded-Prefix: /gw\r\n" + FORWARDED;
            assertThat(link(get(api, "/ctx/me", headers))).isEqualTo("https://api.example.com/gw" + WELL_KNOWN);
            assertThat(resource(get(api, "/ctx" + WELL_KNOWN, headers))).isEqualTo("https://api.example.com/gw");
        }
    }

    private static RunningApi start(String contextPath, Class<?> application) {
        String address = "https://api.example.com" + contextPath;
        List<String> resources = Stream.of("", "/mcp", "/admin/api", "/silent")
                .map(address::concat)
                .toList();
        return RunningApi.start(
                tenant,
                clock,
                List.of(
                        "server.servlet.context-path", contextPath,
                        "address", address,
                        "scope-guard.public-url", address,
                        "scope-guard.default-audience", "organization",
                        "scope-guard.resources", String.join(",", resources) + ",https://foreign.example.com/api"),
                application);
    }

    private static @Nullable String scopes(RunningApi api, String path) {
        Reply reply = api.getAsStranger(path);
        assertThat(reply.status()).as(path).isEqualTo(200);
        JsonNode scopes = JsonMapper.shared().readTree(reply.body()).get("scopes_supported");
        return scopes == null
                ? null
                : scopes.valueStream().map(JsonNode::stringValue).sorted().collect(Collectors.joining(","));
    }

    private static RunningApi start(String contextPath, String servletPath) {
        List<String> settings = new ArrayList<>(List.of("server.servlet.context-path", contextPath));
        if (!servletPath.isEmpty()) {
            settings.addAll(List.of("spring.mvc.servlet.path", servletPath));
        }
        return RunningApi.start(tenant, clock, settings, GuardedApi.class);
    }

    private static String get(RunningApi api, String path, String headers) {
        return api.raw("GET " + path + " HTTP/1.1\r\nConnection: close\r\n" + headers + "\r\n");
    }

    private static String link(String challenge) {
        Matcher link = LINK.matcher(challenge);
        assertThat(link.find()).as(challenge).isTrue();
        return link.group(1);
    }

    private static String resource(RunningApi api, String path) {
        Reply reply = api.getAsStranger(path);
        assertThat(reply.status()).as(path).isEqualTo(200);
        return JsonMapper.shared().readTree(reply.body()).get("resource").stringValue();
    }

    private static String resource(String answer) {
        assertThat(answer).startsWith("HTTP/1.1 200");
        String body = answer.substring(answer.indexOf("\r\n\r\n") + 4);
        return JsonMapper.shared().readTree(body).get("resource").stringValue();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(Tools.class)
    static class OnlyTools {}

    /** Handlers that take tokens for an organization, for the API, for resources below it, and for one elsewhere. */
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import({Tools.class, Others.class})
    static class SeveralResources {}

    @RestController
    static class Tools {

        @GetMapping("/mcp")
        @RequiresScopes(value = "use:tool", audience = "${address}/mcp")
        String tool() {
            return "";
        }
    }

    @RestController
    static class Others {

        @GetMapping("/organizations/{organizationId}/reports")
        @RequiresScopes("read:report")
        String reports() {
            return "";
        }

        @GetMapping("/own")
        @RequiresScopes(value = "read:own", audience = "${address}")
        String own() {
            return "";
        }

        @GetMapping("/foreign")
        @RequiresScopes(value = "read:foreign", audience = "https://foreign.example.com/api")
        String foreign() {
            return "";
        }

        @GetMapping("/admin/api")
        @RequiresScopes(
                value = {"delete:all", "read:report"},
                audience = "${address}/admin/api")
        String admin() {
            return "";
        }
    }
}

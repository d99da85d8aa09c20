package io.scopeguard.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.spring.support.Reply;
import io.scopeguard.spring.support.RunningApi;
import io.scopeguard.spring.support.TenantServer;
import io.scopeguard.testing.MovableClock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.servlet.config.annotation.CorsRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Metadata for clients, and CORS for browsers. */
class MetadataAndCorsTests {

    private static final String ORIGIN = "https://app.example.test";

    private static final MovableClock clock = MovableClock.atNoon();
    private static final TenantServer tenant = new TenantServer(clock);
    private static RunningApi api;
    private static RunningApi withoutCors;

    @BeforeAll
    static void start() {
        api = RunningApi.start(
                tenant, clock, List.of("server.servlet.context-path", "/base"), GuardedApi.class, Cors.class);
        withoutCors = RunningApi.start(tenant, clock, List.of(), GuardedApi.class);
    }

    @AfterAll
    static void stop() {
        api.close();
        withoutCors.close();
        tenant.close();
    }

    /** RFC 9728. */
    @Test
    void metadataThenNamesIssuerAndScopes() {
        Reply challenged = withoutCors.getAsStranger("/me");
        String path = challenged
                .header("WWW-Authenticate")
                .replaceFirst(".*resource_metadata=\"" + withoutCors.origin(), "")
                .replace("\"", "");
        Reply reply = withoutCors.getAsStranger(path);
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.header("Content-Type")).startsWith("application/json");
        JsonNode metadata = JsonMapper.shared().readTree(reply.body());
        assertThat(metadata.get("resource").stringValue()).isEqualTo(withoutCors.origin());
        assertThat(metadata.get("authorization_servers").toString()).isEqualTo("[\"" + tenant.endpoint() + "/oidc\"]");
        assertThat(metadata.get("bearer_methods_supported").toString()).isEqualTo("[\"header\"]");
        assertThat(metadata.get("scopes_supported").valueStream().map(JsonNode::stringValue))
                .containsExactlyInAnyOrder(
                        "read:report",
                        "delete:report",
                        "export:report",
                        "write:report",
                        "invite:member",
                        "read:document",
                        "write:document");
    }

    @Test
    void preflightWhenCorsIsConfiguredThenNoTokenIsNeeded() {
        Reply reply = preflight(api, "/base/organizations/acme/reports", "GET");
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.header("Access-Control-Allow-Origin")).isEqualTo(ORIGIN);
        assertThat(reply.header("Access-Control-Allow-Headers")).isEqualTo("Authorization");
        assertThat(reply.body()).isEmpty();
        // Without a CORS configuration, no origin is allowed, and a request that only looks like a preflight needs a
        // token.
        assertThat(preflight(withoutCors, "/organizations/acme/reports", "GET").has("Access-Control-Allow-Origin"))
                .isFalse();
        assertThat(api.send("OPTIONS", "/base/organizations/acme/reports", null).status())
                .isEqualTo(401);
    }

    private static Reply preflight(RunningApi to, String path, String method) {
        return to.send(
                "OPTIONS",
                path,
                null,
                "Origin",
                ORIGIN,
                "Access-Control-Request-Method",
                method,
                "Access-Control-Request-Headers",
                "Authorization");
    }

    @Test
    void getWhenRefusedThenScriptsOfTheAllowedOriginCanReadTheHeaders() {
        Reply reply = api.getAsStranger("/base/organizations/acme/reports", "Origin", ORIGIN);
        assertThat(reply.status()).isEqualTo(401);
        assertThat(reply.header("Access-Control-Allow-Origin")).isEqualTo(ORIGIN);
        assertThat(reply.header("Access-Control-Expose-Headers"))
                .isEqualTo("X-Own, Scope-Drift, WWW-Authenticate, Retry-After");
        assertThat(reply.header("WWW-Authenticate"))
                .isEqualTo(
                        "Bearer resource_metadata=\"" + api.origin() + "/base/.well-known/oauth-protected-resource\"");
        assertThat(api.getAsStranger("/base/.well-known/oauth-protected-resource")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void requestThenNoCookieIsSet() {
        String user = tenant.newUser();
        String acme = TenantServer.newId("acme");
        tenant.join(acme, user, "read:report");
        clock.advance(Duration.ofSeconds(1));
        String bearer =
                "Bearer " + tenant.organizationToken(acme, user, "read:report").signed();
        String reports = "/organizations/" + acme + "/reports";
        for (Reply reply : List.of(
                withoutCors.getAsStranger(reports),
                withoutCors.send("GET", reports, null, "Authorization", bearer),
                withoutCors.send("POST", reports, "{}", "Authorization", bearer),
                withoutCors.send("POST", reports, "{}"),
                withoutCors.getAsStranger("/public"),
                withoutCors.getAsStranger("/login"),
                withoutCors.getAsStranger("/logout"))) {
            assertThat(reply.has("Set-Cookie")).isFalse();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Cors {

        @Bean
        WebMvcConfigurer cors() {
            return new WebMvcConfigurer() {
                @Override
                public void addCorsMappings(CorsRegistry registry) {
                    registry.addMapping("/**").allowedOrigins(ORIGIN).exposedHeaders("X-Own");
                }
            };
        }
    }
}

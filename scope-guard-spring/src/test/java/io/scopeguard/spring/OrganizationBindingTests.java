package io.scopeguard.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.Decision;
import io.scopeguard.spring.support.Reply;
import io.scopeguard.spring.support.RunningApi;
import io.scopeguard.spring.support.TenantServer;
import io.scopeguard.spring.support.TestToken;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.token.AccessToken;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.HttpRequestHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerResponse;

/** A token is valid only in its own organization, whether the path or a header names the organization of the request. */
class OrganizationBindingTests {

    private static final MovableClock clock = MovableClock.atNoon();
    private static final TenantServer tenant = new TenantServer(clock);
    private static RunningApi api;

    private final String acme = TenantServer.newId("acme");
    private final String globex = TenantServer.newId("globex");

    @BeforeAll
    static void start() {
        api = RunningApi.start(tenant, clock, List.of("scope-guard.organization.header", "X-Organization"), Api.class);
    }

    @AfterAll
    static void stop() {
        api.close();
        tenant.close();
    }

    @BeforeEach
    void older() {
        clock.advance(Duration.ofMinutes(1));
    }

    @Test
    void requestWhenRolesDifferByOrganizationThenOnlyThoseInTheTokensOrganizationCount() {
        String user = tenant.newUser();
        tenant.join(acme, user, "read:report", "delete:report");
        tenant.join(globex, user, "read:report");
        TestToken inAcme = tenant.organizationToken(acme, user, "read:report", "delete:report");
        TestToken inGlobex = tenant.organizationToken(globex, user, "read:report");

        assertThat(delete(acme, inAcme).status()).isEqualTo(200);
        assertThat(read(globex, inGlobex).status()).isEqualTo(200);
        assertThat(delete(globex, inGlobex).body()).contains("insufficient-scope", "\"action\":\"none\"");
        assertThat(delete(globex, inAcme).body()).contains("organization-mismatch");
        assertThat(read(globex, inAcme).body()).contains("organization-mismatch");
        assertThat(delete(acme, inGlobex).body()).contains("organization-mismatch");
        // A token with the admin's scopes in the other organization is compared with the live permissions there.
        TestToken stale = tenant.organizationToken(globex, user, "read:report", "delete:report");
        assertThat(delete(globex, stale).status()).isEqualTo(403);
        assertThat(read(globex, stale).header("Scope-Drift")).contains("demoted=(\"delete:report\")");
    }

    /** If a header names organizations, sending or omitting it must not determine the accepted kind of token. */
    @Test
    void getWhenTheHeaderIsSentOrOmittedThenTheAcceptedKindOfTokenIsTheSame() {
        String user = tenant.newUser();
        tenant.join(acme, user, "read:document");
        TestToken inAcme = tenant.organizationResourceToken(acme, user, "read:document");
        TestToken inNone = tenant.resourceToken(user, "read:document");

        assertThat(api.get("/documents", inAcme, "X-Organization", acme).body()).contains("wrong-token-kind");
        assertThat(api.get("/shared/documents", inAcme, "X-Organization", acme).status())
                .isEqualTo(200);
        assertThat(api.get("/shared/documents", inAcme).body()).contains("organization-mismatch");
        assertThat(api.get("/shared/documents", inNone).body()).contains("organization-mismatch");
    }

    /** A token for no organization carries scopes of all organizations: no right, no drift, no hint. */
    @Test
    void getWhenAScopeLeakedFromAnOrganizationThenNoGlobalPermission() {
        String bob = tenant.newUser();
        tenant.join(acme, bob, "read:document");
        TestToken token = tenant.resourceToken(bob, "read:document");
        Reply refused = api.get("/documents", token);
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.body())
                .contains("insufficient-scope", "\"action\":\"none\"")
                .doesNotContain("required_scopes");
        assertThat(refused.header("WWW-Authenticate")).doesNotContain("scope=\"");
        assertThat(refused.has("Scope-Drift")).isFalse();
        Reply granted = api.get("/me", token);
        assertThat(granted.status()).isEqualTo(200);
        assertThat(granted.has("Scope-Drift")).isFalse();
        // Its absence is not drift, either.
        assertThat(api.get("/me", tenant.resourceToken(bob)).has("Scope-Drift")).isFalse();
    }

    @Test
    void getWhenThePathNamesNoOrganizationThenTheHeaderDoes() {
        String user = tenant.newUser();
        tenant.join(acme, user, "read:report");
        TestToken token = tenant.organizationToken(acme, user, "read:report");
        assertThat(api.get("/reports", token, "X-Organization", acme).status()).isEqualTo(200);
        assertThat(api.get("/reports", token, "X-Organization", globex).body()).contains("organization-mismatch");
        assertThat(api.get("/reports", token, "X-Organization", "").body()).contains("organization-mismatch");
    }

    /** Neither path nor header names an organization, and the handler does not take it from the token. */
    @Test
    void getWhenNothingNamesAnOrganizationThenOrganizationMismatch() {
        String user = tenant.newUser();
        tenant.join(acme, user, "read:report");
        Reply reply = api.get("/reports", tenant.organizationToken(acme, user, "read:report"));
        assertThat(reply.status()).isEqualTo(403);
        assertThat(reply.body()).contains("organization-mismatch", "The request names no organization.");
    }

    @Test
    void getWhenPathAndHeadersNameDifferentOrganizationsThenOrganizationMismatch() {
        String user = tenant.newUser();
        tenant.join(acme, user, "read:report");
        TestToken token = tenant.organizationToken(acme, user, "read:report");
        String path = "/organizations/" + acme + "/reports";
        assertThat(api.get(path, token, "X-Organization", acme).status()).isEqualTo(200);
        assertThat(api.get(path, token, "X-Organization", acme, "X-Organization", acme)
                        .status())
                .isEqualTo(200);
        String conflict = """
                403
                WWW-Authenticate: Bearer error="insufficient_scope", \
                error_description="The request names different organizations in different places.", \
                resource_metadata="{api}/.well-known/oauth-protected-resource"
                Content-Type: application/problem+json;charset=UTF-8
                Cache-Control: no-cache, no-store, max-age=0, must-revalidate

                {"type":"urn:problem-type:scope-guard:organization-mismatch","title":"Wrong organization",\
                "status":403,"detail":"The request names different organizations in different places.",\
                "organization_id":"%s","action":"none"}""".formatted(acme);
        assertThat(api.get(path, token, "X-Organization", globex)).hasToString(conflict);
        assertThat(api.get(path, token, "X-Organization", acme, "X-Organization", globex))
                .hasToString(conflict);
        assertThat(api.get("/reports", token, "X-Organization", acme, "X-Organization", globex))
                .hasToString(conflict);
        assertThat(api.get("/own", token, "X-Organization", acme, "X-Organization", globex))
                .hasToString(conflict);
        assertThat(api.get("/me", token, "X-Organization", acme, "X-Organization", globex))
                .hasToString(conflict);
    }

    @Test
    void getWhenTheHandlerTakesTheOrganizationFromTheTokenThenTheTokenNamesIt() {
        String user = tenant.newUser();
        tenant.join(acme, user, "read:report");
        tenant.grant(user, "read:document");
        TestToken token = tenant.organizationToken(acme, user, "read:report");
        assertThat(api.get("/own", token).body()).isEqualTo(acme + " GRANTED");
        // The header still counts.
        assertThat(api.get("/own", token, "X-Organization", globex).body()).contains("organization-mismatch");
        assertThat(api.get("/own", tenant.resourceToken(user, "read:document")).body())
                .contains("organization-mismatch", "The token is for no organization.");
    }

    @Test
    void getWhenTheHandlerIsARouterFunctionOrAResourceThenGuarded() {
        String user = tenant.newUser();
        tenant.join(acme, user);
        TestToken token = tenant.organizationToken(acme, user);
        assertThat(api.get("/organizations/" + acme + "/routed", token).body()).isEqualTo("routed");
        assertThat(api.get("/organizations/" + globex + "/routed", token).body())
                .contains("organization-mismatch");
        assertThat(api.getAsStranger("/organizations/" + acme + "/routed").status())
                .isEqualTo(401);
        assertThat(api.get("/nothing-here.txt", token).status()).isEqualTo(404);
        assertThat(api.getAsStranger("/nothing-here.txt").status()).isEqualTo(401);
    }

    @Test
    void getWhenTheHandlerCannotBeAnnotatedThenBoundToTheOrganizationOfItsPath() {
        String user = tenant.newUser();
        tenant.join(acme, user);
        TestToken token = tenant.organizationToken(acme, user);
        assertThat(api.get("/organizations/" + acme + "/plain", token).body()).isEqualTo("plain");
        assertThat(api.get("/organizations/" + globex + "/plain", token).body()).contains("organization-mismatch");
        assertThat(api.getAsStranger("/organizations/" + acme + "/plain").status())
                .isEqualTo(401);
    }

    private static Reply read(String organization, TestToken token) {
        return api.get("/organizations/" + organization + "/reports", token);
    }

    private static Reply delete(String organization, TestToken token) {
        return api.get("/organizations/" + organization + "/deletions", token);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Api {

        @Bean
        RouterFunction<ServerResponse> routed() {
            return RouterFunctions.route()
                    .GET(
                            "/organizations/{organizationId}/routed",
                            request -> ServerResponse.ok().body("routed"))
                    .build();
        }

        @Bean("/organizations/{organizationId}/plain")
        HttpRequestHandler plain() {
            return (request, response) -> response.getWriter().write("plain");
        }

        @RestController
        static class Handlers {

            @RequiresScopes("read:report")
            @GetMapping({"/organizations/{organizationId}/reports", "/reports"})
            String reports() {
                return "ok";
            }

            @RequiresScopes("delete:report")
            @GetMapping("/organizations/{organizationId}/deletions")
            String deletions() {
                return "ok";
            }

            @RequiresScopes(value = "read:report", organizationFrom = OrganizationSource.TOKEN)
            @GetMapping("/own")
            String own(AccessToken token, Decision decision) {
                return token.organization() + (decision.isGranted() ? " GRANTED" : " DENIED");
            }

            @RequiresScopes(value = "read:document", audience = TenantServer.RESOURCE)
            @GetMapping("/shared/documents")
            String sharedDocuments() {
                return "ok";
            }

            @RequiresScopes(
                    value = "read:document",
                    audience = TenantServer.RESOURCE,
                    organizationFrom = OrganizationSource.NONE)
            @GetMapping("/documents")
            String documents() {
                return "ok";
            }

            @GetMapping("/me")
            String me() {
                return "ok";
            }
        }
    }
}

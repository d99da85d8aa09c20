package io.scopeguard.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.scopeguard.Denial;
import io.scopeguard.spring.authentication.AccessTokenDecoder;
import io.scopeguard.spring.response.ScopesDeniedException;
import io.scopeguard.spring.support.Reply;
import io.scopeguard.spring.support.RunningApi;
import io.scopeguard.spring.support.TenantServer;
import io.scopeguard.spring.support.TestToken;
import io.scopeguard.testing.MovableClock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.authentication.AuthenticationCredentialsNotFoundException;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.server.resource.InvalidBearerTokenException;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;
import org.springframework.stereotype.Component;
import org.springframework.stereotype.Service;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerRequest;
import org.springframework.web.servlet.function.ServerResponse;

/** Calls of methods that are not web handlers are decided like requests, with the same responses to denials. */
class MethodSecurityTests {

    private static final MovableClock clock = MovableClock.atNoon();
    private static final TenantServer tenant = new TenantServer(clock);
    private static RunningApi api;

    private final String acme = TenantServer.newId("acme");
    private final String globex = TenantServer.newId("globex");
    private String user;

    @BeforeAll
    static void start() {
        api = RunningApi.start(
                tenant, clock, List.of(), Api.class, Handlers.class, Billing.class, Archive.class, Reports.class);
    }

    @AfterAll
    static void stop() {
        api.close();
        tenant.close();
    }

    @BeforeEach
    void newUser() {
        clock.advance(Duration.ofMinutes(1));
        user = tenant.newUser();
        tenant.join(acme, user, "delete:report", "read:report");
    }

    @AfterEach
    void leave() {
        SecurityContextHolder.clearContext();
    }

    private TestToken token(String... scopes) {
        return tenant.organizationToken(acme, user, scopes);
    }

    private void authenticate(TestToken token) {
        Jwt jwt = api.bean(AccessTokenDecoder.class).decode(token.signed());
        SecurityContextHolder.getContext().setAuthentication(new JwtAuthenticationToken(jwt, List.of()));
    }

    private static double decisions() {
        return api.bean(MeterRegistry.class).find("scopeguard.decisions").counters().stream()
                .mapToDouble(Counter::count)
                .sum();
    }

    // In requests

    @ParameterizedTest
    @ValueSource(strings = {"/wipe", "/wipe/callable", "/wipe/future"})
    void getWhenServiceIsDeniedThenAnsweredAsForHandler(String path) {
        String query = path + "?organization=" + acme;
        assertThat(api.get(query, token("delete:report")).body()).isEqualTo("wiped " + acme);
        Reply denied = api.get(query, token("read:report"));
        String drift = denied.header("Scope-Drift");
        assertThat(drift).startsWith("action=refresh, promoted=(\"delete:report\"), ");
        assertThat(denied.toString()).isEqualTo("""
                        403
                        WWW-Authenticate: Bearer error="insufficient_scope", \
                        error_description="The token lacks scopes that this operation requires.", \
                        scope="delete:report", \
                        resource_metadata="{api}/.well-known/oauth-protected-resource"
                        Content-Type: application/problem+json;charset=UTF-8
                        Scope-Drift: %s
                        Cache-Control: no-store

                        {"type":"urn:problem-type:scope-guard:insufficient-scope","title":"Insufficient scope",\
                        "status":403,"detail":"The token lacks scopes that this operation requires.",\
                        "organization_id":"%s","action":"refresh","required_scopes":["delete:report"]}""".formatted(drift, acme));
    }

    @Test
    void getWhenArgumentIsOtherOrganizationThenMismatch() {
        Reply reply = api.get("/wipe?organization=" + globex, token("delete:report"));
        assertThat(reply.status()).isEqualTo(403);
        assertThat(reply.body()).contains("organization-mismatch");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/wipe", "/wipe?organization=", "/wipe?organization=%20"})
    void getWhenArgumentIsMissingThenDenied(String path) {
        Reply reply = api.get(path, token("delete:report"));
        assertThat(reply.status()).isEqualTo(403);
        assertThat(reply.body()).contains("organization-mismatch").contains("names no organization");
    }

    @Test
    void getWhenScopeWasRevokedThenDenied() {
        TestToken token = token("delete:report");
        assertThat(api.get("/wipe?organization=" + acme, token).status()).isEqualTo(200);
        tenant.join(acme, user, "read:report");
        clock.advance(Duration.ofMinutes(6));
        assertThat(api.get("/wipe?organization=" + acme, token).status()).isEqualTo(403);
    }

    @Test
    void getWhenNobodyIsAuthenticatedThenMissingToken() {
        Reply reply = api.getAsStranger("/open/wipe?organization=" + acme);
        assertThat(reply.status()).isEqualTo(401);
        assertThat(reply.header("WWW-Authenticate")).startsWith("Bearer resource_metadata=");
    }

    @Test
    void getWhenServiceTakesOrganizationOfTokenThenTokenDecides() {
        assertThat(api.get("/wipe/mine", token("delete:report")).body()).isEqualTo("wiped");
        assertThat(api.get("/wipe/mine", token("read:report")).status()).isEqualTo(403);
        TestToken global = tenant.resourceToken(user, "read:document");
        assertThat(api.get("/wipe/mine", global).body()).contains("organization-mismatch");
    }

    @Test
    void getWhenServiceTakesOrganizationOfRequestThenPathDecides() {
        String path = "/organizations/" + acme + "/archive";
        assertThat(api.get(path, token("delete:report", "read:report")).body()).isEqualTo("archived");
        assertThat(api.get(path, token("read:report")).body()).contains("insufficient-scope");
        // Below a handler without an organization in its path, no organization was verified.
        assertThat(api.get("/archive", token("delete:report", "read:report")).body())
                .contains("organization-mismatch");
    }

    @Test
    void getWhenRouterFunctionCallsBeanThenDecided() {
        String path = "/organizations/" + acme + "/routed";
        assertThat(api.get(path, token("read:report")).body()).isEqualTo("reports of " + acme);
        assertThat(api.get(path, token("delete:report")).status()).isEqualTo(403);
        assertThat(api.get("/organizations/" + globex + "/routed", token("read:report"))
                        .body())
                .contains("organization-mismatch");
    }

    /** The web guard decides about web handlers: one decision for one request. */
    @Test
    void getWhenHandlerIsAnnotatedThenDecidedOnce() {
        double before = decisions();
        assertThat(api.get("/organizations/" + acme + "/reports", token("read:report"))
                        .status())
                .isEqualTo(200);
        assertThat(decisions()).isEqualTo(before + 1);
        assertThat(api.get("/organizations/" + acme + "/archive", token("delete:report"))
                        .status())
                .isEqualTo(200);
        assertThat(decisions()).isEqualTo(before + 3);
    }

    @Test
    void getWhenDenialIsCaughtThenApplicationAnswers() {
        Reply reply = api.get("/caught?organization=" + acme, token("read:report"));
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.body()).isEqualTo("urn:problem-type:scope-guard:insufficient-scope");
    }

    // Without a request

    @Test
    void callWhenNobodyIsAuthenticatedThenFails() {
        Billing billing = api.bean(Billing.class);
        assertThatThrownBy(() -> billing.wipe(acme)).isInstanceOf(AuthenticationCredentialsNotFoundException.class);
    }

    @Test
    void callWhenTokenIsOfOtherIssuerThenDenied() {
        SecurityContextHolder.getContext().setAuthentication(new TestingAuthenticationToken("me", "secret", "SCOPE_a"));
        assertThatThrownBy(() -> api.bean(Billing.class).wipe(acme)).isInstanceOf(AccessDeniedException.class);
    }

    @Test
    void callWhenDeniedThenExceptionCarriesDecision() {
        authenticate(token("read:report"));
        assertThatThrownBy(() -> api.bean(Billing.class).wipe(acme))
                .isInstanceOfSatisfying(ScopesDeniedException.class, denied -> {
                    assertThat(denied.decision().denial()).isEqualTo(Denial.INSUFFICIENT_SCOPE);
                    assertThat(denied.problem())
                            .containsEntry("status", 403)
                            .containsEntry("required_scopes", List.of("delete:report"))
                            .containsEntry("organization_id", acme);
                    assertThat(denied).hasMessage("Access to wipe is denied: INSUFFICIENT_SCOPE");
                });
    }

    @Test
    void callWhenTokenExpiredMeanwhileThenInvalidToken() {
        authenticate(token("delete:report"));
        Billing billing = api.bean(Billing.class);
        assertThat(billing.wipe(acme)).isEqualTo("wiped " + acme);
        clock.advance(Duration.ofHours(2));
        assertThatThrownBy(() -> billing.wipe(acme)).isInstanceOf(InvalidBearerTokenException.class);
    }

    @Test
    void callWhenThreadHasNoContextThenDenied() {
        authenticate(token("delete:report"));
        Billing billing = api.bean(Billing.class);
        assertThatThrownBy(() ->
                        CompletableFuture.supplyAsync(() -> billing.wipe(acme)).get())
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(AuthenticationCredentialsNotFoundException.class);
    }

    /** A call from within the object does not pass the proxy, as documented. */
    @Test
    void callWhenFromWithinThenNotIntercepted() {
        assertThat(api.bean(Billing.class).wipeFromWithin(acme)).isEqualTo("wiped " + acme);
    }

    @Test
    void callWhenExpressionReadsArgumentThenItsOrganizationDecides() {
        authenticate(token("delete:report"));
        Billing billing = api.bean(Billing.class);
        assertThat(billing.wipe(new Command(acme, 1))).isEqualTo("wiped");
        assertThat(billing.wipe(Optional.of(acme))).isEqualTo("wiped");
        assertThat(billing.wipe(Map.of("organization", acme))).isEqualTo("wiped");
        assertThatThrownBy(() -> billing.wipe(new Command(globex, 1))).isInstanceOf(ScopesDeniedException.class);
        assertThatThrownBy(() -> billing.wipe(Optional.empty())).isInstanceOf(ScopesDeniedException.class);
        assertThatThrownBy(() -> billing.wipe(Map.of())).isInstanceOf(ScopesDeniedException.class);
    }

    @Test
    void callWhenExpressionFailsThenDenied() {
        authenticate(token("delete:report"));
        assertThatThrownBy(() -> api.bean(Billing.class).wipe((Command) null))
                .isInstanceOfSatisfying(
                        ScopesDeniedException.class,
                        denied -> assertThat(denied.decision().denial()).isEqualTo(Denial.ORGANIZATION_MISMATCH));
    }

    @Test
    void callWhenGlobalThenTokenOfOrganizationIsDenied() {
        tenant.grant(user, "read:document");
        clock.advance(Duration.ofSeconds(1));
        authenticate(tenant.resourceToken(user, "read:document"));
        assertThat(api.bean(Billing.class).documents()).isEqualTo("documents");
        authenticate(token("delete:report"));
        assertThatThrownBy(() -> api.bean(Billing.class).documents()).isInstanceOf(ScopesDeniedException.class);
    }

    record Command(String organizationId, int report) {}

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Api {

        @Bean
        MeterRegistry meterRegistry() {
            return new SimpleMeterRegistry();
        }

        @Bean
        RouterFunction<ServerResponse> routes(Reports reports) {
            return RouterFunctions.route()
                    .GET("/organizations/{organizationId}/routed", reports::list)
                    .build();
        }
    }

    @Service
    static class Billing {

        @RequiresScopes(value = "delete:report", organization = "#organizationId")
        String wipe(String organizationId) {
            return "wiped " + organizationId;
        }

        @RequiresScopes(value = "delete:report", organization = "#command.organizationId")
        String wipe(Command command) {
            return "wiped";
        }

        @RequiresScopes(value = "delete:report", organization = "#organization")
        String wipe(Optional<String> organization) {
            return "wiped";
        }

        @RequiresScopes(value = "delete:report", organization = "#arguments['organization']")
        String wipe(Map<String, String> arguments) {
            return "wiped";
        }

        @RequiresScopes(value = "delete:report", organizationFrom = OrganizationSource.TOKEN)
        String wipe() {
            return "wiped";
        }

        @RequiresScopes(
                value = "read:document",
                audience = TenantServer.RESOURCE,
                organizationFrom = OrganizationSource.NONE)
        String documents() {
            return "documents";
        }

        String wipeFromWithin(String organizationId) {
            return wipe(organizationId);
        }
    }

    @Service
    @RequiresScopes(value = "delete:report", organization = "requestOrganization")
    static class Archive {

        String archive() {
            return "archived";
        }
    }

    @Component
    static class Reports {

        @RequiresScopes(value = "read:report", organization = "#request.pathVariable('organizationId')")
        ServerResponse list(ServerRequest request) {
            return ServerResponse.ok().body("reports of " + request.pathVariable("organizationId"));
        }
    }

    @RestController
    static class Handlers {

        private final Billing billing;
        private final Archive archive;

        Handlers(Billing billing, Archive archive) {
            this.billing = billing;
            this.archive = archive;
        }

        @RequiresScopes("read:report")
        @GetMapping("/organizations/{organizationId}/reports")
        String reports() {
            return "reports";
        }

        @GetMapping("/wipe")
        String wipe(@RequestParam(required = false) String organization) {
            return billing.wipe(organization);
        }

        @PublicEndpoint
        @GetMapping("/open/wipe")
        String open(@RequestParam String organization) {
            return billing.wipe(organization);
        }

        @GetMapping("/wipe/callable")
        Callable<String> later(@RequestParam String organization) {
            return () -> billing.wipe(organization);
        }

        @GetMapping("/wipe/future")
        CompletableFuture<String> failed(@RequestParam String organization) {
            try {
                return CompletableFuture.completedFuture(billing.wipe(organization));
            } catch (AccessDeniedException e) {
                return CompletableFuture.failedFuture(e);
            }
        }

        @GetMapping("/wipe/mine")
        String mine() {
            return billing.wipe();
        }

        @GetMapping("/organizations/{organizationId}/archive")
        String archive(@PathVariable String organizationId) {
            return archive.archive();
        }

        @GetMapping("/archive")
        String archive() {
            return archive.archive();
        }

        @GetMapping("/caught")
        String caught(@RequestParam String organization) {
            try {
                return billing.wipe(organization);
            } catch (ScopesDeniedException e) {
                return (String) e.problem().get("type");
            }
        }
    }
}

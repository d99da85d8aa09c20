package io.scopeguard.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.springframework.security.config.Customizer.withDefaults;
import static org.springframework.web.servlet.function.RouterFunctions.route;

import io.scopeguard.AccessRequest;
import io.scopeguard.Denial;
import io.scopeguard.organization.RequestedOrganization;
import io.scopeguard.role.RoleKind;
import io.scopeguard.role.RoleRequirement;
import io.scopeguard.spring.authentication.AccessTokenDecoder;
import io.scopeguard.spring.authorization.ScopeAuthorizationManagerFactory;
import io.scopeguard.spring.authorization.ScopeChecker;
import io.scopeguard.spring.response.ScopesDeniedException;
import io.scopeguard.spring.support.QuickStart;
import io.scopeguard.spring.support.Reply;
import io.scopeguard.spring.support.RunningApi;
import io.scopeguard.spring.support.TenantServer;
import io.scopeguard.spring.support.TestToken;
import io.scopeguard.testing.MovableClock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.authentication.AuthenticationCredentialsNotFoundException;
import org.springframework.security.config.annotation.method.configuration.EnableMethodSecurity;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.server.resource.InvalidBearerTokenException;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.stereotype.Service;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.ServerResponse;

/** Checks of scopes in code and in Spring Security's expressions. */
class ScopeCheckerTests {

    private static final MovableClock clock = MovableClock.atNoon();
    private static final TenantServer tenant = new TenantServer(clock);
    private static RunningApi api;

    private final String acme = TenantServer.newId("acme");
    private final String globex = TenantServer.newId("globex");
    private String user;

    @BeforeAll
    static void start() {
        api = RunningApi.start(
                tenant,
                clock,
                List.of("scope-guard.permissions.max-wait", "60s"),
                Api.class,
                Handlers.class,
                Archive.class);
    }

    @AfterAll
    static void stop() {
        api.close();
        tenant.close();
    }

    @BeforeEach
    void newUser() {
        user = tenant.newUser();
        tenant.join(acme, user, "delete:report", "read:report");
        clock.advance(Duration.ofMinutes(1));
    }

    @AfterEach
    void leave() {
        SecurityContextHolder.clearContext();
    }

    private TestToken token(String... scopes) {
        return tenant.organizationToken(acme, user, scopes);
    }

    private ScopeChecker as(TestToken token) {
        Jwt jwt = api.bean(AccessTokenDecoder.class).decode(token.signed());
        SecurityContextHolder.getContext().setAuthentication(new JwtAuthenticationToken(jwt, List.of()));
        return api.bean("scopeGuard", ScopeChecker.class);
    }

    // In requests

    @ParameterizedTest
    @ValueSource(strings = {"/pre?organization=%s", "/required?organization=%s", "/routed/%s"})
    void getWhenScopeIsMissingThenAnsweredAsForAnnotation(String path) {
        assertThat(api.get(path.formatted(acme), token("delete:report")).status())
                .isEqualTo(200);
        Reply denied = api.get(path.formatted(acme), token("read:report"));
        assertThat(denied.status()).isEqualTo(403);
        assertThat(denied.header("WWW-Authenticate")).contains("insufficient_scope", "scope=\"delete:report\"");
        assertThat(denied.header("Scope-Drift")).contains("action=refresh", "promoted=(\"delete:report\")");
        assertThat(denied.body()).contains("\"required_scopes\":[\"delete:report\"]");
        assertThat(api.get(path.formatted(globex), token("delete:report")).body())
                .contains("organization-mismatch");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/pre?organization=%s", "/required?organization=%s", "/routed/%s"})
    void getWhenScopeWasRevokedThenDenied(String path) {
        TestToken token = token("delete:report");
        assertThat(api.get(path.formatted(acme), token).status()).isEqualTo(200);
        tenant.join(acme, user, "read:report");
        clock.advance(Duration.ofMinutes(6));
        assertThat(api.get(path.formatted(acme), token).status()).isEqualTo(403);
    }

    @ParameterizedTest
    @CsvSource({
        "/both, delete:report read:report, 200",
        "/both, delete:report, 403",
        "/either, read:report, 200",
        "/either, write:report, 403",
        "/lacking, read:report, 200",
        "/lacking, delete:report, 403"
    })
    void getWhenExpressionCombinesChecksThenBoolean(String path, String scopes, int status) {
        assertThat(api.get(path + "?organization=" + acme, token(scopes.split(" ")))
                        .status())
                .isEqualTo(status);
    }

    @Test
    void getWhenAnswerOfCheckIsOnlyUsedThenGranted() {
        assertThat(api.get("/asked?organization=" + acme, token("read:report")).body())
                .isEqualTo("false");
        assertThat(api.get("/asked?organization=" + acme, token("delete:report"))
                        .body())
                .isEqualTo("true");
    }

    @Test
    void getWhenStrangerThenMissingToken() {
        for (String path : List.of("/open/pre?organization=", "/open/required?organization=")) {
            Reply reply = api.getAsStranger(path + acme);
            assertThat(reply.status()).isEqualTo(401);
            assertThat(reply.header("WWW-Authenticate")).startsWith("Bearer resource_metadata=");
        }
    }

    // Without a request

    @Test
    void callThenTokenOfContextAndOrganizationDecide() {
        ScopeChecker scopes = as(token("delete:report"));
        assertThat(scopes.has(acme, "delete:report").isGranted()).isTrue();
        assertThat(scopes.has(acme, "delete:report", "read:report").isGranted()).isFalse();
        assertThat(scopes.hasAny(acme, "delete:report", "read:report").isGranted())
                .isTrue();
        assertThat(scopes.has(globex, "delete:report").isGranted()).isFalse();
        assertThat(api.bean(Archive.class).wipe(acme)).isEqualTo("wiped");
        assertThatThrownBy(() -> api.bean(Archive.class).wipe(globex)).isInstanceOf(AccessDeniedException.class);
        assertThatThrownBy(() -> scopes.require(acme, "read:report"))
                .isInstanceOfSatisfying(ScopesDeniedException.class, denied -> {
                    assertThat(denied.decision().denial()).isEqualTo(Denial.INSUFFICIENT_SCOPE);
                    assertThat(denied.problem()).containsKey("required_scopes");
                });
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"", " "})
    void callWhenOrganizationIsMissingThenDenied(String organization) {
        assertThat(as(token("delete:report")).has(organization, "delete:report").isGranted())
                .isFalse();
    }

    @Test
    void callWhenRoleIsRequiredThenLiveRolesDecide() {
        AccessRequest request = new AccessRequest(
                RequestedOrganization.NONE, null, RoleRequirement.allOf(RoleKind.GLOBAL, "paid-tier"));
        ScopeChecker scopes = as(token());
        assertThat(scopes.has(request).isGranted()).isFalse();
        assertThatThrownBy(() -> scopes.require(request)).isInstanceOf(ScopesDeniedException.class);
    }

    @Test
    void callWhenNobodyIsAuthenticatedThenDenied() {
        ScopeChecker scopes = api.bean("scopeGuard", ScopeChecker.class);
        assertThat(scopes.has(acme, "read:report").isGranted()).isFalse();
        assertThatThrownBy(() -> scopes.require(acme, "read:report"))
                .isInstanceOf(AuthenticationCredentialsNotFoundException.class);
    }

    @Test
    void callWhenTokenHasExpiredThenInvalid() {
        ScopeChecker scopes = as(token("delete:report"));
        clock.advance(Duration.ofHours(2));
        assertThatThrownBy(() -> scopes.has(acme, "delete:report")).isInstanceOf(InvalidBearerTokenException.class);
    }

    @Test
    void callWhenThereIsNoScopeThenProgrammingError() {
        ScopeChecker scopes = as(token("delete:report"));
        assertThatIllegalArgumentException().isThrownBy(() -> scopes.has(acme));
        assertThatIllegalArgumentException().isThrownBy(() -> scopes.require(acme, "two words"));
    }

    // Authorities of scopes

    @ParameterizedTest
    @ValueSource(strings = {"/authority", "/chained/authority"})
    void getWhenRuleRequiresAuthorityOfScopeThenProblemSaysWhy(String path) {
        Reply reply = api.get(path, token("read:report"));
        assertThat(reply.status()).isEqualTo(403);
        assertThat(reply.body())
                .contains("urn:problem-type:scope-guard:access-denied")
                .contains("requires the authority SCOPE_read:report")
                .contains("@scopeGuard.has(#organizationId, 'read:report')", "scope-guard.authorities=token");
        assertThat(reply.header("WWW-Authenticate")).matches("[^\\\\]+");
    }

    @Test
    void getWhenRuleRequiresOtherAuthorityThenNothingElseIsSaid() {
        assertThat(api.get("/admin", token("read:report")).body()).contains("\"detail\":\"Access is denied.\"");
    }

    // Conditions

    @ParameterizedTest
    @CsvSource({"true, true", "false, false"})
    void beanThenThereIfGuardIsEnabled(boolean enabled, boolean isThere) {
        contexts()
                .withPropertyValues("scope-guard.enabled=" + enabled)
                .run(context -> assertThat(context.containsBean("scopeGuard")).isEqualTo(isThere));
    }

    @Test
    void beanWhenApplicationHasOneOfThatNameThenItsOwn() {
        contexts()
                .withBean("scopeGuard", String.class, () -> "mine")
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .doesNotHaveBean(ScopeChecker.class)
                        .getBean("scopeGuard")
                        .isEqualTo("mine"));
    }

    private static WebApplicationContextRunner contexts() {
        return new WebApplicationContextRunner()
                .withInitializer(new QuickStart())
                .withUserConfiguration(Plain.class)
                .withPropertyValues(tenant.properties().entrySet().stream()
                        .map(property -> property.getKey() + "=" + property.getValue())
                        .toArray(String[]::new));
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Plain {}

    @Service
    static class Archive {

        @PreAuthorize("@scopeGuard.has(#organization, 'delete:report')")
        public String wipe(String organization) {
            return "wiped";
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @EnableMethodSecurity
    static class Api {

        @Bean
        SecurityFilterChain chain(HttpSecurity http, ScopeAuthorizationManagerFactory scopes) {
            return http.authorizeHttpRequests(requests -> requests.requestMatchers("/chained/authority")
                            .hasAuthority("SCOPE_read:report")
                            .requestMatchers("/routed/{organizationId}")
                            .access(scopes.hasAnyScope("delete:report", "read:report"))
                            .requestMatchers("/open/**")
                            .permitAll()
                            .anyRequest()
                            .authenticated())
                    .oauth2ResourceServer(resourceServer -> resourceServer.jwt(withDefaults()))
                    .build();
        }

        @Bean
        RouterFunction<ServerResponse> routed(ScopeChecker scopes) {
            return route().GET("/routed/{organizationId}", request -> {
                        scopes.require(request.pathVariable("organizationId"), "delete:report");
                        return ServerResponse.ok().body("routed");
                    })
                    .build();
        }
    }

    @RestController
    static class Handlers {

        private final ScopeChecker scopes;
        private final Archive archive;

        Handlers(ScopeChecker scopes, Archive archive) {
            this.scopes = scopes;
            this.archive = archive;
        }

        @GetMapping({"/pre", "/open/pre"})
        String pre(@RequestParam String organization) {
            return archive.wipe(organization);
        }

        @GetMapping({"/required", "/open/required"})
        String required(@RequestParam String organization) {
            scopes.require(organization, "delete:report");
            return "required";
        }

        @GetMapping("/asked")
        String asked(@RequestParam String organization) {
            return String.valueOf(scopes.has(organization, "delete:report").isGranted());
        }

        @PreAuthorize(
                "@scopeGuard.has(#organization, 'delete:report') and @scopeGuard.has(#organization, 'read:report')")
        @GetMapping("/both")
        public String both(@RequestParam String organization) {
            return "both";
        }

        @PreAuthorize(
                "@scopeGuard.has(#organization, 'delete:report') or @scopeGuard.has(#organization, 'read:report')")
        @GetMapping("/either")
        public String either(@RequestParam String organization) {
            return "either";
        }

        @PreAuthorize("!@scopeGuard.has(#organization, 'delete:report')")
        @GetMapping("/lacking")
        public String lacking(@RequestParam String organization) {
            return "lacking";
        }

        @PreAuthorize("hasAuthority('SCOPE_read:report')")
        @GetMapping({"/authority", "/chained/authority"})
        public String authority() {
            return "authority";
        }

        @PreAuthorize("hasRole('ADMIN')")
        @GetMapping("/admin")
        public String admin() {
            return "admin";
        }
    }
}

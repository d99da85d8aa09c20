package io.scopeguard.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.springframework.security.config.Customizer.withDefaults;

import io.scopeguard.Denial;
import io.scopeguard.role.RoleKind;
import io.scopeguard.role.RoleRequirement;
import io.scopeguard.role.Roles;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.ScopeRequirement;
import io.scopeguard.scope.ScopeRequirement.Match;
import io.scopeguard.scope.Scopes;
import io.scopeguard.spring.authentication.AccessTokenDecoder;
import io.scopeguard.spring.authorization.DeclaredScopes;
import io.scopeguard.spring.authorization.RoleAuthorizationManagerFactory;
import io.scopeguard.spring.response.ScopesDeniedException;
import io.scopeguard.spring.support.QuickStart;
import io.scopeguard.spring.support.Reply;
import io.scopeguard.spring.support.RunningApi;
import io.scopeguard.spring.support.TenantServer;
import io.scopeguard.spring.support.TestToken;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.testing.Sampled;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.stereotype.Service;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** {@code @RequiresRole} on handlers and services, and the equivalent rules of a filter chain. */
@ExtendWith(OutputCaptureExtension.class)
class RequiresRoleTests {

    private static final MovableClock clock = MovableClock.atNoon();
    private static final TenantServer tenant = new TenantServer(clock);
    private static RunningApi api;

    private final String acme = TenantServer.newId("acme");
    private final String base = "/organizations/" + acme;
    private String user;

    private final WebApplicationContextRunner runner = new WebApplicationContextRunner()
            .withInitializer(new QuickStart())
            .withUserConfiguration(Plain.class)
            .withPropertyValues(tenant.properties().entrySet().stream()
                    .map(property -> property.getKey() + "=" + property.getValue())
                    .toArray(String[]::new));

    @BeforeAll
    static void start() {
        api = RunningApi.start(
                tenant,
                clock,
                List.of("app.role", "placed role"),
                Plain.class,
                Handlers.class,
                Paid.class,
                Exports.class,
                Chain.class);
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
        tenant.join(acme, user, "read:report");
    }

    @AfterEach
    void leave() {
        SecurityContextHolder.clearContext();
    }

    private TestToken token(String... scopes) {
        return tenant.organizationToken(acme, user, scopes);
    }

    private Reply get(String path, String... scopes) {
        clock.advance(Duration.ofSeconds(31));
        return api.get(path.startsWith("/plain") ? path : base + path, token(scopes));
    }

    @ParameterizedTest
    @CsvSource({
        // path, a sufficient role, an insufficient role
        "/method,      paid-tier,   Paid-tier",
        "/composed,    paid-tier,   other",
        "/any,         gold tier,   other",
        "/placeholder, placed role, other",
        "/paid/class,  paid-tier,   other",
        "/paid/method, other,       paid-tier",
        "/chain/roles, paid-tier,   other",
        "/plain,       paid-tier,   other"
    })
    void getWhenAGlobalRoleIsRequiredThenOnlyThatRoleSuffices(String path, String role, String other) {
        assertThat(get(path).status()).isEqualTo(403);
        tenant.assign(user, other);
        assertThat(get(path).status()).isEqualTo(403);
        tenant.assign(user, role);
        assertThat(get(path).status()).as(path).isEqualTo(200);
        tenant.assign(user);
        assertThat(get(path).status()).isEqualTo(403);
    }

    @Test
    void getWhenAnOrganizationRoleIsRequiredThenOnlyARoleInThatOrganizationSuffices() {
        tenant.assign(user, "billing admin");
        assertThat(get("/billing").status()).isEqualTo(403);
        tenant.assignIn(acme, user, "billing admin");
        assertThat(get("/billing").status()).isEqualTo(200);
        assertThat(api.get("/organizations/" + TenantServer.newId("globex") + "/billing", token())
                        .body())
                .contains("organization-mismatch");
    }

    /** On one handler, on class and method, or in one rule of a chain, both requirements have to be met. */
    @ParameterizedTest
    @CsvSource({"/both", "/paid/scopes", "/chain/both"})
    void getWhenScopesAreRequiredTooThenBothAreNeeded(String path) {
        assertThat(get(path, "read:report").body()).contains("insufficient-role");
        tenant.assign(user, "paid-tier");
        assertThat(get(path).body()).contains("insufficient-scope");
        assertThat(get(path, "read:report").status()).isEqualTo(200);
    }

    @Test
    void getWhenAMethodIsPublicThenTheRoleOfItsClassIsNotRequired() {
        assertThat(api.getAsStranger(base + "/paid/open").status()).isEqualTo(200);
        assertThat(api.getAsStranger(base + "/method").status()).isEqualTo(401);
    }

    @Test
    void getWhenTheRoleIsMissingThenTheResponseNamesItAndNothingToAskFor() {
        Reply refused = get("/method");

        assertThat(refused.header("WWW-Authenticate"))
                .contains("error=\"insufficient_scope\"")
                .doesNotContain("scope=\"");
        assertThat(refused.body())
                .contains("urn:problem-type:scope-guard:insufficient-role")
                .contains("\"required_roles\":[\"paid-tier\"]")
                .contains("\"action\":\"none\"");
    }

    @Test
    void getWhenTheTokenCarriesRolesThenItsClientHearsOfThePromotion() {
        tenant.assign(user);
        TestToken token = token().with("roles", List.of());
        clock.advance(Duration.ofMinutes(2));
        assertThat(api.get(base + "/method", token).status()).isEqualTo(403);
        tenant.assign(user, "paid-tier");
        clock.advance(Duration.ofSeconds(31));

        Reply refused = api.get(base + "/method", token);

        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.header("Scope-Drift")).contains("action=refresh", "promoted-roles=(\"paid-tier\")");
        assertThat(refused.body()).contains("\"action\":\"refresh\"");
        assertThat(api.get(base + "/method", token().with("roles", List.of("paid-tier")))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void callWhenAServiceRequiresARoleThenMethodSecurityDecides() {
        Jwt jwt = api.bean(AccessTokenDecoder.class).decode(token().signed());
        SecurityContextHolder.getContext().setAuthentication(new JwtAuthenticationToken(jwt, List.of()));
        Exports exports = api.bean(Exports.class);

        assertThatThrownBy(exports::global)
                .isInstanceOfSatisfying(
                        ScopesDeniedException.class,
                        denied -> assertThat(denied.decision().denial()).isEqualTo(Denial.INSUFFICIENT_ROLE));
        assertThatThrownBy(() -> exports.in(acme)).isInstanceOf(ScopesDeniedException.class);

        tenant.assign(user, "paid-tier");
        tenant.assignIn(acme, user, "billing admin");
        clock.advance(Duration.ofSeconds(31));

        assertThat(exports.global()).isEqualTo("exported");
        assertThat(exports.in(acme)).isEqualTo("exported for " + acme);
        assertThatThrownBy(() -> exports.in("another")).isInstanceOf(ScopesDeniedException.class);
    }

    @Test
    void declaredWhenHandlersServicesAndRulesRequireRolesThenAllAreWatched() {
        Roles watched = api.bean(DeclaredScopes.class).roles();

        assertThat(watched.global()).contains("paid-tier", "gold tier", "placed role", "other", "chained");
        assertThat(watched.organization()).containsExactly("billing admin");
    }

    // Errors that stop start-up

    @Sampled
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "PublicAndRole|is annotated @PublicEndpoint and @RequiresRole|Keep the one",
                "NoRole|has an invalid value in @RequiresRole: a requirement names at least one role|Correct",
                "BlankRole|has an invalid value in @RequiresRole: the name of a role must not be blank|Correct",
                "UnresolvedRole|has an invalid value in @RequiresRole|Correct",
                "OddAge|has an invalid maxAge in @RequiresRole|Correct",
                "WithoutPath|requires roles of an organization, but its path /roles names none|organizationFrom",
                "TwoPlaces|takes the organization from different places|Set it in one",
                "GlobalAndOrganization|has organizationFrom = NONE|global roles",
                "Unserved|#list() requires roles and is declared as a web handler, but no handler mapping|Annotate",
                "PrivateMethod|#run() requires roles, but is private|move the annotation",
                "ServiceWithoutOrganization|requires roles, but it is not a web handler|organization = "
            })
    void startWhenAnAnnotationIsInvalidThenFailsWithTheFix(String type, String problem, String fix)
            throws ClassNotFoundException {
        runner.withUserConfiguration(Class.forName(RequiresRoleTests.class.getName() + "$" + type))
                .run(context -> {
                    assertThat(context).hasFailed();
                    Throwable cause = context.getStartupFailure();
                    while (!(cause instanceof InvalidSettingException)) {
                        cause = cause.getCause();
                    }
                    assertThat(cause).hasMessageContaining(type).hasMessageContaining(problem);
                    assertThat(((InvalidSettingException) cause).fix()).contains(fix);
                });
    }

    @Test
    void startWhenARequiredRoleDoesNotExistThenReported(CapturedOutput output) {
        tenant.assign(user, "gold tier");
        tenant.assignIn(acme, user, "billing admin");
        runner.withUserConfiguration(Misspelled.class).run(context -> {
            assertThat(context).hasNotFailed();
            String provider = " roles that Logto at " + tenant.endpoint() + " does not have: ";
            Awaitility.await()
                    .atMost(Duration.ofMinutes(3))
                    .until(() -> output.getAll().contains("Handlers require global" + provider + "[golden tier].")
                            && output.getAll()
                                    .contains("Handlers require organization" + provider + "[biling admin]."));
        });
    }

    @Test
    void startWhenAnAnnotatedClassIsNoBeanThenWarned(CapturedOutput output) {
        runner.withUserConfiguration(Plain.class)
                .run(context -> assertThat(context).hasNotFailed());
        assertThat(output).contains("because they are not beans: ").contains(NoBean.class.getName());
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Plain {}

    @Retention(RetentionPolicy.RUNTIME)
    @RequiresRole("paid-tier")
    @interface PaidTier {}

    @RestController
    static class Handlers {

        @RequiresRole("paid-tier")
        @GetMapping("/organizations/{organizationId}/method")
        String method() {
            return "ok";
        }

        @PaidTier
        @GetMapping("/organizations/{organizationId}/composed")
        String composed() {
            return "ok";
        }

        @RequiresRole(
                value = {"paid-tier", "gold tier"},
                match = Match.ANY)
        @GetMapping("/organizations/{organizationId}/any")
        String any() {
            return "ok";
        }

        @RequiresRole("${app.role}")
        @GetMapping("/organizations/{organizationId}/placeholder")
        String placeholder() {
            return "ok";
        }

        @RequiresRole(value = "billing admin", kind = RoleKind.ORGANIZATION)
        @GetMapping("/organizations/{organizationId}/billing")
        String billing() {
            return "ok";
        }

        @RequiresScopes("read:report")
        @RequiresRole("paid-tier")
        @GetMapping("/organizations/{organizationId}/both")
        String both() {
            return "ok";
        }

        @RequiresRole("paid-tier")
        @GetMapping("/plain")
        String plain() {
            return "ok";
        }

        @GetMapping("/organizations/{organizationId}/chain/roles")
        String chainRoles() {
            return "ok";
        }

        @GetMapping("/organizations/{organizationId}/chain/both")
        String chainBoth() {
            return "ok";
        }
    }

    @RestController
    @RequestMapping("/organizations/{organizationId}/paid")
    @RequiresRole("paid-tier")
    static class Paid {

        @GetMapping("/class")
        String ofClass() {
            return "ok";
        }

        @RequiresRole("other")
        @GetMapping("/method")
        String ofMethod() {
            return "ok";
        }

        @RequiresScopes("read:report")
        @GetMapping("/scopes")
        String scopes() {
            return "ok";
        }

        @PublicEndpoint
        @GetMapping("/open")
        String open() {
            return "ok";
        }
    }

    @Service
    static class Exports {

        @RequiresRole("paid-tier")
        String global() {
            return "exported";
        }

        @RequiresRole(value = "billing admin", kind = RoleKind.ORGANIZATION, organization = "#organization")
        String in(String organization) {
            return "exported for " + organization;
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Chain {

        @Bean
        @Order(1)
        SecurityFilterChain chain(HttpSecurity http, RoleAuthorizationManagerFactory roles) {
            ScopeRequirement read = ScopeRequirement.allOf(Audience.ORGANIZATION, Scopes.of("read:report"));
            return http.securityMatcher("/organizations/*/chain/**")
                    .oauth2ResourceServer(resourceServer -> resourceServer.jwt(withDefaults()))
                    .authorizeHttpRequests(requests -> requests.requestMatchers(
                                    "/organizations/{organizationId}/chain/roles")
                            .access(roles.hasAnyRole("paid-tier", "chained"))
                            .requestMatchers("/organizations/{organizationId}/chain/both")
                            .access(roles.of(RoleRequirement.allOf(RoleKind.GLOBAL, "paid-tier"), read)))
                    .build();
        }

        @Bean
        @Order(2)
        SecurityFilterChain others(HttpSecurity http) {
            return http.oauth2ResourceServer(resourceServer -> resourceServer.jwt(withDefaults()))
                    .authorizeHttpRequests(requests -> requests.anyRequest().permitAll())
                    .build();
        }
    }

    @RequiresRole("paid-tier")
    static class NoBean {}

    @RestController
    static class PublicAndRole {

        @PublicEndpoint
        @RequiresRole("a")
        @GetMapping("/roles")
        void list() {}
    }

    @RestController
    static class Misspelled {

        @RequiresRole(
                value = {"gold tier", "golden tier"},
                match = Match.ANY)
        @GetMapping("/organizations/{organizationId}/gold")
        void gold() {}

        @RequiresRole(
                value = {"billing admin", "biling admin"},
                match = Match.ANY,
                kind = RoleKind.ORGANIZATION)
        @GetMapping("/organizations/{organizationId}/bills")
        void bills() {}
    }

    @RestController
    static class NoRole {

        @RequiresRole({})
        @GetMapping("/roles")
        void list() {}
    }

    @RestController
    static class BlankRole {

        @RequiresRole(" ")
        @GetMapping("/roles")
        void list() {}
    }

    @RestController
    static class UnresolvedRole {

        @RequiresRole("${no.such.property}")
        @GetMapping("/roles")
        void list() {}
    }

    @RestController
    static class OddAge {

        @RequiresRole(value = "a", maxAge = "soon")
        @GetMapping("/roles")
        void list() {}
    }

    @RestController
    static class WithoutPath {

        @RequiresRole(value = "a", kind = RoleKind.ORGANIZATION)
        @GetMapping("/roles")
        void list() {}
    }

    @Service
    static class TwoPlaces {

        @RequiresScopes(value = "a", organizationFrom = OrganizationSource.TOKEN)
        @RequiresRole(value = "a", organization = "#id")
        void run(String id) {}
    }

    @RestController
    static class GlobalAndOrganization {

        @RequiresScopes(value = "a", audience = TenantServer.RESOURCE, organizationFrom = OrganizationSource.NONE)
        @RequiresRole(value = "a", kind = RoleKind.ORGANIZATION)
        @GetMapping("/roles")
        void list() {}
    }

    @Service
    static class Unserved {

        @RequiresRole("a")
        @GetMapping("/roles")
        void list() {}
    }

    @Service
    static class PrivateMethod {

        @RequiresRole("a")
        private void run() {}
    }

    @Service
    static class ServiceWithoutOrganization {

        @RequiresRole(value = "a", kind = RoleKind.ORGANIZATION)
        void run() {}
    }
}

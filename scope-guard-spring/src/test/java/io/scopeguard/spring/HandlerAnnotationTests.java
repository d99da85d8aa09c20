package io.scopeguard.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.scopeguard.scope.Audience;
import io.scopeguard.scope.ScopeRequirement.Match;
import io.scopeguard.scope.WhenUnknown;
import io.scopeguard.spring.authorization.HandlerRule;
import io.scopeguard.spring.authorization.RequirementReader;
import io.scopeguard.spring.authorization.ScopeAuthorizationManagerFactory;
import io.scopeguard.spring.support.QuickStart;
import io.scopeguard.spring.support.Reply;
import io.scopeguard.spring.support.RunningApi;
import io.scopeguard.spring.support.TenantServer;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.testing.Sampled;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
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
import org.springframework.core.annotation.AliasFor;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** The meaning of annotations at each place, and the annotations that stop start-up. */
@ExtendWith(OutputCaptureExtension.class)
class HandlerAnnotationTests {

    private static final MovableClock clock = MovableClock.atNoon();
    private static final TenantServer tenant = new TenantServer(clock);
    private static RunningApi api;
    private static RunningApi closed;

    private final String acme = TenantServer.newId("acme");
    private final String base = "/organizations/" + acme;

    private final WebApplicationContextRunner runner = new WebApplicationContextRunner()
            .withInitializer(new QuickStart())
            .withUserConfiguration(Plain.class)
            .withPropertyValues(tenant.properties().entrySet().stream()
                    .map(property -> property.getKey() + "=" + property.getValue())
                    .toArray(String[]::new));

    @BeforeAll
    static void start() {
        List<String> properties = List.of("app.scope-audience", "organization");
        api = RunningApi.start(tenant, clock, properties, Plain.class, Handlers.class, Inheriting.class, Overlap.class);
        closed =
                RunningApi.start(tenant, clock, List.of("scope-guard.unannotated", "deny"), Plain.class, Overlap.class);
    }

    @AfterAll
    static void stop() {
        api.close();
        closed.close();
        tenant.close();
    }

    @BeforeEach
    void older() {
        clock.advance(Duration.ofMinutes(1));
    }

    @AfterEach
    void well() {
        tenant.recover();
    }

    private Reply as(String path, String... scopes) {
        // A role that is created at the time of the last read would not be in the answer.
        clock.advance(Duration.ofSeconds(1));
        String user = tenant.newUser();
        tenant.join(acme, user, scopes);
        return api.get(base + path, tenant.organizationToken(acme, user, scopes));
    }

    @ParameterizedTest
    @CsvSource({
        "/of-class,           of:class",
        "/of-method,          of:method",
        "/composed,           one:more",
        "/aliased,            aliased:scope",
        "/placeholder,        placed:scope",
        "/inherited/method,   of:interface",
        "/inherited/class,    of:superclass",
        "/inherited/override, of:override"
    })
    void getWhenScopesAreDeclaredThenTheyAreRequired(String path, String scope) {
        assertThat(as(path, scope).status()).isEqualTo(200);
        assertThat(as(path, "some:other").status()).isEqualTo(403);
        Reply refused = as(path);
        assertThat(refused.status()).isEqualTo(403);
    }

    @Test
    void getWhenMethodAndClassAreAnnotatedThenTheMethodCounts() {
        assertThat(as("/of-method", "of:class").status()).isEqualTo(403);
        assertThat(api.getAsStranger(base + "/open").body()).isEqualTo("ok");
        assertThat(as("/inherited/override", "of:interface").status()).isEqualTo(403);
    }

    @Test
    void getWhenAnyScopeIsRequiredThenOneIsEnough() {
        assertThat(as("/any", "a:one").status()).isEqualTo(200);
        assertThat(as("/any", "a:two", "a:three").status()).isEqualTo(200);
        assertThat(as("/any", "a:three").status()).isEqualTo(403);
        clock.advance(Duration.ofSeconds(1));
        String user = tenant.newUser();
        tenant.join(acme, user, "a:two", "a:one");
        Reply refused = api.get(base + "/any", tenant.organizationToken(acme, user));
        assertThat(refused.header("WWW-Authenticate")).contains("scope=\"a:one a:two\"");
    }

    @Test
    void getWhenTheScopeIsOnlySimilarThenForbidden() {
        assertThat(as("/of-method", "of:method2").status()).isEqualTo(403);
        assertThat(as("/of-method", "of:*").status()).isEqualTo(403);
        assertThat(as("/of-method", "of").status()).isEqualTo(403);
        assertThat(as("/of-method", "OF:METHOD").status()).isEqualTo(403);
    }

    @Test
    void deleteWhenMaxAgeIsZeroThenLivePermissionsAreReadAgain() {
        String user = tenant.newUser();
        tenant.join(acme, user, "now:scope", "of:method");
        String bearer = "Bearer "
                + tenant.organizationToken(acme, user, "now:scope", "of:method").signed();
        assertThat(delete(bearer).status()).isEqualTo(200);
        tenant.join(acme, user, "of:method");
        // Another handler still accepts the known permissions.
        assertThat(api.send("GET", base + "/of-method", null, "Authorization", bearer)
                        .status())
                .isEqualTo(200);
        clock.advance(Duration.ofMillis(1));
        assertThat(delete(bearer).status()).isEqualTo(403);
    }

    @ParameterizedTest
    @CsvSource({"bare, 30", "withUnit, 300", "none, "})
    void maxAgeWhenItHasNoUnitThenInSeconds(String method, @Nullable Integer seconds) throws NoSuchMethodException {
        RequirementReader reader = new RequirementReader(Audience.ORGANIZATION, Set.of(), new StandardEnvironment());
        HandlerRule rule = reader.ofMethod(MaxAges.class.getDeclaredMethod(method), MaxAges.class, method);
        assertThat(rule)
                .isInstanceOfSatisfying(
                        HandlerRule.Requires.class,
                        requires -> assertThat(requires.requirement().maxAge())
                                .isEqualTo(seconds == null ? null : Duration.ofSeconds(seconds)));
    }

    @Test
    void deleteWhenLiveIsUnknownAndUnknownMeansDenyThenTryAgainLater() {
        String user = tenant.newUser();
        tenant.join(acme, user, "now:scope");
        tenant.failReads(503);
        Reply reply = delete(
                "Bearer " + tenant.organizationToken(acme, user, "now:scope").signed());
        assertThat(reply.status()).isEqualTo(503);
        assertThat(reply.header("Retry-After")).isEqualTo("5");
        assertThat(reply.body()).contains("permissions-unavailable");
    }

    private Reply delete(String bearer) {
        return api.send("DELETE", base + "/now", null, "Authorization", bearer);
    }

    // Public, and closed by default

    @Test
    void getWhenPublicThenOnlyInvalidTokensAreRefused() {
        String user = tenant.newUser();
        tenant.join(acme, user, "of:method");
        assertThat(api.getAsStranger("/a/any").body()).isEqualTo("open any");
        assertThat(api.get("/a/any", tenant.organizationToken(acme, user)).body())
                .isEqualTo("open any");
        assertThat(api.get("/a/any", "not.a.token").status()).isEqualTo(401);
        assertThat(api.getAsStranger("/a/any", "Authorization", "Basic eDp5").body())
                .isEqualTo("open any");
    }

    /** The open pattern would match as well; the handler is the closed one. */
    @Test
    void getWhenAnOpenPatternContainsAnotherThenOnlyTheFirstIsOpen() {
        for (RunningApi either : List.of(api, closed)) {
            assertThat(either.getAsStranger("/a/any").body()).isEqualTo("open any");
            assertThat(either.getAsStranger("/a/secret").status()).isEqualTo(401);
            assertThat(either.getAsStranger("/a/secret?x=/a/any").status()).isEqualTo(401);
            assertThat(either.getAsStranger("/a/any/").status()).isEqualTo(401);
            assertThat(either.send("HEAD", "/a/secret", null).status()).isEqualTo(401);
            assertThat(either.send("POST", "/a/any", "").status()).isEqualTo(401);
        }
    }

    @Test
    void getWhenClosedByDefaultThenUnannotatedHandlersAreDenied() {
        String user = tenant.newUser();
        tenant.join(acme, user, "read:report");
        assertThat(closed.get("/a/secret", tenant.organizationToken(acme, user, "read:report")))
                .hasToString("""
                        403
                        WWW-Authenticate: Bearer error="insufficient_scope", \
                        error_description="This operation declares no scopes, so access is denied.", \
                        resource_metadata="{api}/.well-known/oauth-protected-resource"
                        Content-Type: application/problem+json;charset=UTF-8
                        Cache-Control: no-cache, no-store, max-age=0, must-revalidate

                        {"type":"urn:problem-type:scope-guard:undeclared","title":"Operation not open","status":403,\
                        "detail":"This operation declares no scopes, so access is denied.","action":"none"}""");
        assertThat(api.get("/a/secret", tenant.organizationToken(acme, user)).body())
                .isEqualTo("secret");
    }

    // Errors that stop start-up

    @Sampled
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "TwoMeanings|carries several different @RequiresScopes|combine them",
                "PublicAndNot|is annotated @PublicEndpoint and @RequiresScopes|Keep the one",
                "UnknownAudience|requires scopes of https://other.test, which is not a resource of this API|scope-guard.resources",
                "Unresolved|has an invalid audience in @RequiresScopes|Correct the annotation",
                "NoScope|has an invalid scopes in @RequiresScopes: there is none|Correct the annotation",
                "BadScope|has an invalid scopes in @RequiresScopes: not a scope|Correct the annotation",
                "BadAge|has an invalid maxAge in @RequiresScopes|Correct the annotation",
                "NegativeAge|has an invalid maxAge in @RequiresScopes: it is negative|Correct the annotation",
                "TwoPolicies|has several whenUnknown|Keep one",
                "NoOrganization|requires scopes of an organization, but its path /reports names none|"
                        + "Add {organizationId} to the path",
                "NoOrganization|requires scopes of an organization|scope-guard.organization.header",
                "NoOrganization|requires scopes of an organization|organizationFrom = TOKEN",
                "OneOfTwoPaths|but its path /reports names none|Add {organizationId}",
                "FromTokenAndPath|does not take the organization from the request, but its path /o/{organizationId} names one|Drop"
            })
    void startWhenAnAnnotationIsInvalidThenFailsWithTheFix(String handlers, String problem, String fix)
            throws ClassNotFoundException {
        Class<?> type = Class.forName(HandlerAnnotationTests.class.getName() + "$" + handlers);
        runner.withUserConfiguration(type).run(context -> {
            assertThat(context).hasFailed();
            InvalidSettingException invalid = invalid(context.getStartupFailure());
            assertThat(invalid).hasMessageContaining(handlers).hasMessageContaining(problem);
            assertThat(invalid.fix()).contains(fix);
        });
    }

    private static InvalidSettingException invalid(Throwable failure) {
        Throwable cause = failure;
        while (!(cause instanceof InvalidSettingException)) {
            cause = cause.getCause();
        }
        return (InvalidSettingException) cause;
    }

    /** A scope of OpenID Connect, or one of Logto's own. */
    @Test
    void startWhenNoTokenCanShowARequiredScopeThenFailsWithTheFix() {
        Map<Class<?>, String> messages = Map.of(
                OpenIdScope.class,
                "OpenIdScope#handle requires the scope email of organization, which no token of Logto at ",
                ChainRule.class,
                "A rule of a security filter chain requires the scope urn:logto:scope:x of organization");
        messages.forEach((type, message) -> runner.withUserConfiguration(type).run(context -> {
            assertThat(context).hasFailed();
            InvalidSettingException invalid = invalid(context.getStartupFailure());
            assertThat(invalid).hasMessageContaining(message);
            assertThat(invalid.fix()).contains("Rename the permission at the provider and here");
        }));
    }

    @Test
    void startWhenAScopeDoesNotExistOrAHandlerHasNoneThenReported(CapturedOutput output) {
        runner.withUserConfiguration(Typo.class)
                .run(context -> assertThat(context).hasNotFailed());
        assertThat(output)
                .contains("Handlers that declare no scopes: ")
                .contains("Typo#unannotated")
                .contains("Handlers require scopes that Logto at " + tenant.endpoint()
                        + " does not have for organization: raed:report");
    }

    @Test
    void startWhenTheProviderAnswersLateThenUnknownScopesAreReportedAfterwards(CapturedOutput output) {
        String report = "does not have for organization: raed:report";
        tenant.failReads(500);
        runner.withUserConfiguration(Typo.class).run(context -> {
            assertThat(output)
                    .contains("Starting without an answer from Logto at " + tenant.endpoint())
                    .doesNotContain(report);
            tenant.recover();
            await().atMost(Duration.ofMinutes(3)).until(() -> output.getAll().contains(report));
        });
    }

    static class MaxAges {

        @RequiresScopes(value = "a", maxAge = "30")
        void bare() {}

        @RequiresScopes(value = "a", maxAge = "5m")
        void withUnit() {}

        @RequiresScopes("a")
        void none() {}
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Plain {}

    @Retention(RetentionPolicy.RUNTIME)
    @RequiresScopes("one:more")
    @interface Composed {}

    @Retention(RetentionPolicy.RUNTIME)
    @RequiresScopes("two:more")
    @interface OtherwiseComposed {}

    @Retention(RetentionPolicy.RUNTIME)
    @RequiresScopes("replaced")
    @interface Aliased {

        @AliasFor(annotation = RequiresScopes.class, attribute = "value")
        String[] needs();
    }

    @RestController
    @RequestMapping("/organizations/{organizationId}")
    @RequiresScopes("of:class")
    static class Handlers {

        @GetMapping("/of-class")
        String ofClass() {
            return "ok";
        }

        @RequiresScopes("of:method")
        @GetMapping("/of-method")
        String ofMethod() {
            return "ok";
        }

        @PublicEndpoint
        @GetMapping("/open")
        String open() {
            return "ok";
        }

        @Composed
        @GetMapping("/composed")
        String composed() {
            return "ok";
        }

        @Aliased(needs = "aliased:scope")
        @GetMapping("/aliased")
        String aliased() {
            return "ok";
        }

        @RequiresScopes(value = "placed:scope", audience = "${app.scope-audience}")
        @GetMapping("/placeholder")
        String placeholder() {
            return "ok";
        }

        @RequiresScopes(
                value = {"a:one", "a:two"},
                match = Match.ANY)
        @GetMapping("/any")
        String any() {
            return "ok";
        }

        @RequiresScopes(value = "now:scope", maxAge = "0s", whenUnknown = WhenUnknown.DENY)
        @DeleteMapping("/now")
        String now() {
            return "ok";
        }
    }

    interface Contract {

        @RequiresScopes("of:interface")
        @GetMapping("/method")
        String method();

        @RequiresScopes("of:interface")
        @GetMapping("/override")
        String override();
    }

    @RequiresScopes("of:superclass")
    abstract static class Base implements Contract {

        @GetMapping("/class")
        String ofSuperclass() {
            return "ok";
        }
    }

    @RestController
    @RequestMapping("/organizations/{organizationId}/inherited")
    static class Inheriting extends Base {

        @Override
        public String method() {
            return "ok";
        }

        @Override
        @RequiresScopes("of:override")
        public String override() {
            return "ok";
        }
    }

    @RestController
    static class Overlap {

        @PublicEndpoint
        @GetMapping("/a/{x}")
        String open(@PathVariable String x) {
            return "open " + x;
        }

        @GetMapping("/a/secret")
        String secret() {
            return "secret";
        }
    }

    @RestController
    static class TwoMeanings {

        @Composed
        @OtherwiseComposed
        @GetMapping("/o/{organizationId}")
        void handle() {}
    }

    @RestController
    static class PublicAndNot {

        @PublicEndpoint
        @RequiresScopes("a")
        @GetMapping("/o/{organizationId}")
        void handle() {}
    }

    @Configuration(proxyBeanMethods = false)
    static class ChainRule {

        @Bean
        SecurityFilterChain chain(HttpSecurity http, ScopeAuthorizationManagerFactory scopes) {
            return http.authorizeHttpRequests(requests ->
                            requests.anyRequest().access(scopes.hasAnyScope("read:report", "urn:logto:scope:x")))
                    .build();
        }
    }

    @RestController
    static class OpenIdScope {

        @RequiresScopes({"read:report", "email"})
        @GetMapping("/o/{organizationId}")
        void handle() {}
    }

    @RestController
    static class UnknownAudience {

        @RequiresScopes(value = "a", audience = "https://other.test")
        @GetMapping("/o/{organizationId}")
        void handle() {}
    }

    @RestController
    static class Unresolved {

        @RequiresScopes(value = "a", audience = "${nowhere.set}")
        @GetMapping("/o/{organizationId}")
        void handle() {}
    }

    @RestController
    static class NoScope {

        @RequiresScopes({})
        @GetMapping("/o/{organizationId}")
        void handle() {}
    }

    @RestController
    static class BadScope {

        @RequiresScopes("read:report write:report")
        @GetMapping("/o/{organizationId}")
        void handle() {}
    }

    @RestController
    static class BadAge {

        @RequiresScopes(value = "a", maxAge = "soon")
        @GetMapping("/o/{organizationId}")
        void handle() {}
    }

    @RestController
    static class NegativeAge {

        @RequiresScopes(value = "a", maxAge = "-1s")
        @GetMapping("/o/{organizationId}")
        void handle() {}
    }

    @RestController
    static class TwoPolicies {

        @RequiresScopes(
                value = "a",
                whenUnknown = {WhenUnknown.DENY, WhenUnknown.TRUST_TOKEN})
        @GetMapping("/o/{organizationId}")
        void handle() {}
    }

    @RestController
    static class NoOrganization {

        @RequiresScopes("a")
        @GetMapping("/reports")
        void handle() {}
    }

    @RestController
    static class OneOfTwoPaths {

        @RequiresScopes("a")
        @GetMapping({"/o/{organizationId}", "/reports"})
        void handle() {}
    }

    @RestController
    static class FromTokenAndPath {

        @RequiresScopes(value = "a", organizationFrom = OrganizationSource.TOKEN)
        @GetMapping("/o/{organizationId}")
        void handle() {}
    }

    @RestController
    static class Typo {

        @RequiresScopes("raed:report")
        @GetMapping("/o/{organizationId}")
        void handle() {}

        @GetMapping("/unannotated")
        void unannotated() {}
    }
}

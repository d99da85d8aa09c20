package io.scopeguard.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.keycloak.Keycloak;
import io.scopeguard.spring.support.QuickStart;
import io.scopeguard.spring.support.Reply;
import io.scopeguard.spring.support.RunningApi;
import io.scopeguard.testing.FakeKeycloak;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.testing.Sampled;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.io.support.SpringFactoriesLoader;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** The starter with a Keycloak, on a real port. */
class KeycloakTests {

    private static final MovableClock clock = MovableClock.atNoon();
    private static final FakeKeycloak keycloak = FakeKeycloak.recorded(clock);

    private static RunningApi api;

    @BeforeAll
    static void start() {
        api = RunningApi.start(properties(), clock, Reports.class);
    }

    @AfterAll
    static void stop() {
        api.close();
        keycloak.close();
    }

    private static Map<String, Object> properties() {
        Map<String, Object> properties = new LinkedHashMap<>();
        properties.put("scope-guard.resources", FakeKeycloak.API);
        properties.put("scope-guard.permissions.max-stale", "30s");
        properties.put("scope-guard.permissions.max-wait", "60s");
        properties.put("scope-guard.keycloak.issuer", keycloak.issuer());
        properties.put("scope-guard.keycloak.client-id", FakeKeycloak.CLIENT_ID);
        properties.put("scope-guard.keycloak.client-secret", FakeKeycloak.CLIENT_SECRET);
        properties.put("scope-guard.keycloak.api-client", FakeKeycloak.API_CLIENT);
        properties.put("scope-guard.keycloak.sign-in-clients", "spa");
        properties.put("scope-guard.keycloak.calls-per-second", 1_000);
        properties.put("scope-guard.keycloak.timeout", "30s");
        properties.put("scope-guard.startup-timeout", "10m");
        return properties;
    }

    private static void pass() {
        clock.advance(Duration.ofSeconds(60));
    }

    /** A user for one test, in a group of acme. */
    private static String member(String name, String group) {
        keycloak.realm().user(name, name).member("acme-id", name, group);
        return name;
    }

    @ParameterizedTest
    @CsvSource({
        "acme,        /organizations/acme/reports,         200, ",
        "acme,        /organizations/acme/reports/draft,   200, ",
        "acme,        /organizations/globex/reports,       403, organization-mismatch",
        "acme globex, /organizations/globex/reports,       200, ",
        "acme globex, /organizations/globex/reports/draft, 403, insufficient-scope",
        "*,           /organizations/acme/reports/draft,   200, ",
        "*,           /organizations/initech/reports,      403, organization-mismatch",
        "acme,        /mine,                               200, ",
        "acme globex, /mine,                               403, organization-mismatch",
        "acme,        /reports,                            403, insufficient-scope",
    })
    void getWhenTokenIsForOneOrMoreOrganizationsThenEachByItsOwnRoles(
            String organizations, String path, int status, @Nullable String problem) {
        Reply reply = api.get(path, keycloak.token("alice", organizations.split(" ")));
        assertThat(reply.status()).as(reply.body()).isEqualTo(status);
        assertThat(reply.body()).contains(problem == null ? "" : problem);
    }

    @Test
    void getWhenDemotedThenToldToRefreshAndTheNewTokenIsRight() {
        String user = member("erin", "acme-admins");
        String token = keycloak.token(user, "acme");
        pass();
        assertThat(api.get("/organizations/acme/reports", token).has("Scope-Drift"))
                .isFalse();
        keycloak.realm().join("acme-id", "acme-members", user).leave("acme-id", "acme-admins", user);
        pass();
        assertThat(api.get("/organizations/acme/reports", token).header("Scope-Drift"))
                .contains("action=refresh", "demoted=(\"delete:report\" \"write:report\")", "organization=\"acme\"")
                .contains("resource=\"" + FakeKeycloak.API + "\"");
        assertThat(api.get("/organizations/acme/reports/draft", token).status()).isEqualTo(403);
        clock.advance(Duration.ofSeconds(3));
        Reply renewed = api.get("/organizations/acme/reports", keycloak.token(user, "acme"));
        assertThat(renewed.status()).isEqualTo(200);
        assertThat(renewed.has("Scope-Drift")).isFalse();
    }

    @Test
    void getWhenPromotedThenARefreshBringsItAndConsentIsNeverAskedFor() {
        String user = member("frank", "acme-members");
        String token = keycloak.token(user, "acme");
        pass();
        api.get("/organizations/acme/reports", token);
        keycloak.realm().join("acme-id", "acme-admins", user);
        pass();
        assertThat(api.get("/organizations/acme/reports", token).header("Scope-Drift"))
                .contains("action=refresh", "promoted=(\"write:report\")");
        // A newer token that lacks the role: no step of the client helps.
        clock.advance(Duration.ofSeconds(10));
        Map<String, Object> claims = keycloak.claims(user, "acme");
        claims.put("organization", Map.of("acme", Map.of("id", "acme-id", "groups", List.of())));
        clock.advance(Duration.ofSeconds(5));
        Reply refused = api.get("/organizations/acme/reports", keycloak.sign(claims));
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.body()).contains("\"action\":\"none\"");
    }

    @Test
    void getWhenRemovedDisabledOrOfADisabledOrganizationThenRefused() {
        keycloak.realm()
                .organization("closing-id", "closing")
                .group("closing-id", "closing-members", "members", "read:report");
        for (String user : List.of("gina", "hugo", "ivan")) {
            keycloak.realm().user(user, user).member("closing-id", user, "closing-members");
        }
        String gina = keycloak.token("gina", "closing");
        String hugo = keycloak.token("hugo", "closing");
        String ivan = keycloak.token("ivan", "closing");
        pass();
        for (String token : List.of(gina, hugo, ivan)) {
            assertThat(api.get("/organizations/closing/reports", token).status())
                    .isEqualTo(200);
        }
        keycloak.realm().expel("closing-id", "gina").enable("hugo", false);
        pass();
        assertThat(api.get("/organizations/closing/reports", gina).body()).contains("not-a-member");
        assertThat(api.get("/organizations/closing/reports", hugo).status()).isEqualTo(401);
        keycloak.realm().enableOrganization("closing-id", false);
        pass();
        assertThat(api.get("/organizations/closing/reports", ivan).body()).contains("not-a-member");
    }

    @Test
    void getWhenGlobalRoleIsHeldThenOutsideOfOrganizationsOnly() {
        keycloak.realm().user("jane", "jane").grant("jane", "read:report");
        String token = keycloak.token("jane");
        assertThat(api.get("/reports", token).status()).isEqualTo(200);
        assertThat(api.get("/organizations/acme/reports", token).body()).contains("organization-mismatch");
        keycloak.realm().revoke("jane", "read:report");
        pass();
        assertThat(api.get("/reports", token).status()).isEqualTo(403);
    }

    @Test
    void getWhenServiceAccountThenByItsGroups() {
        keycloak.realm().member("acme-id", "agent-user", "acme-members");
        assertThat(api.get("/organizations/acme/reports", keycloak.machineToken("acme"))
                        .status())
                .isEqualTo(200);
        assertThat(api.get("/organizations/acme/reports/draft", keycloak.machineToken("acme"))
                        .status())
                .isEqualTo(403);
    }

    @Test
    void getWhenTheTokenIsNotForThisApiThenTheFixIsNamed() {
        Map<String, Object> claims = keycloak.claims("alice", "acme");
        claims.put("aud", "account");
        Reply reply = api.get("/organizations/acme/reports", keycloak.sign(claims));
        assertThat(reply.status()).isEqualTo(401);
        assertThat(reply.header("WWW-Authenticate")).contains("audience mapper");
    }

    // Errors that stop start-up

    @Sampled
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "keycloak.issuer=                          | scope-guard.keycloak.issuer is not set | realms/example",
                "keycloak.issuer=https://id.example.com    | scope-guard.keycloak.issuer is 'https://id.example.com', but must be | iss claim",
                "keycloak.issuer=http://id.example.com/realms/a | scope-guard.keycloak.issuer is 'http://id.example.com/realms/a', but must be | plain-http-hosts",
                "keycloak.server-url=http://keycloak.svc   | scope-guard.keycloak.server-url is 'http://keycloak.svc', but must be | plain-http-hosts",
                "keycloak.client-id=                       | scope-guard.keycloak.client-id is not set | service account",
                "keycloak.client-secret=                   | scope-guard.keycloak.client-secret is not set | secret",
                "keycloak.timeout=1h                       | scope-guard.keycloak.timeout is 1h | 30s",
                "keycloak.calls-per-second=0               | scope-guard.keycloak.calls-per-second is 0 | 1 or more",
                "keycloak.api-client=other                 | scope-guard.keycloak.api-client is refused | 'other'",
                "keycloak.api-clients[https://x.example]=y | scope-guard.keycloak.api-clients names 'https://x.example' | in brackets",
                "keycloak.sign-in-clients=ios              | scope-guard.keycloak.sign-in-clients is refused | 'ios'",
                "resources=                                | scope-guard.resources is not set | audience mapper",
            })
    void startUpWhenAPropertyIsWrongThenItIsNamedWithTheFix(String property, String problem, String fix) {
        int equals = property.indexOf('=');
        Map<String, Object> changed = properties();
        changed.put(
                "scope-guard." + property.substring(0, equals),
                property.substring(equals + 1).strip());
        application(changed).run(context -> {
            assertThat(context).hasFailed();
            FailureAnalysis analysis = analysis(context.getStartupFailure());
            assertThat(analysis).isNotNull();
            assertThat(analysis.getDescription() + analysis.getAction())
                    .contains(problem, fix)
                    .doesNotContain(FakeKeycloak.CLIENT_SECRET);
        });
    }

    @Test
    void startUpWhenSeveralResourcesHaveClientsThenStarts() {
        Map<String, Object> changed = properties();
        changed.put("scope-guard.resources", FakeKeycloak.API + ",https://other.example.test");
        changed.put("scope-guard.default-audience", FakeKeycloak.API);
        changed.put("scope-guard.keycloak.api-client", "");
        changed.put("scope-guard.keycloak.api-clients[" + FakeKeycloak.API + "]", FakeKeycloak.API_CLIENT);
        changed.put("scope-guard.keycloak.api-clients[https://other.example.test]", FakeKeycloak.API_CLIENT);
        application(changed).run(context -> assertThat(context).hasNotFailed().hasSingleBean(Keycloak.class));
    }

    private static WebApplicationContextRunner application(Map<String, Object> properties) {
        return new WebApplicationContextRunner()
                .withInitializer(new QuickStart())
                .withUserConfiguration(Nothing.class)
                .withInitializer(context -> context.getEnvironment()
                        .getPropertySources()
                        .addFirst(new MapPropertySource("test", properties)));
    }

    private static @Nullable FailureAnalysis analysis(Throwable failure) {
        return SpringFactoriesLoader.forDefaultResourceLocation()
                .load(FailureAnalyzer.class, (type, name, notInstantiated) -> {})
                .stream()
                .map(analyzer -> analyzer.analyze(failure))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Nothing {}

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @RestController
    static class Reports {

        @GetMapping("/organizations/{organizationId}/reports")
        @RequiresScopes("read:report")
        String read() {
            return "ok";
        }

        @GetMapping("/organizations/{organizationId}/reports/draft")
        @RequiresScopes("write:report")
        String write() {
            return "ok";
        }

        @GetMapping("/mine")
        @RequiresScopes(value = "read:report", organizationFrom = OrganizationSource.TOKEN)
        String mine() {
            return "ok";
        }

        @GetMapping("/reports")
        @RequiresScopes(value = "read:report", organizationFrom = OrganizationSource.NONE)
        String all() {
            return "ok";
        }
    }
}

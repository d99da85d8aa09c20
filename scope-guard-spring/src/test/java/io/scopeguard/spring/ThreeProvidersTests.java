package io.scopeguard.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.scopeguard.auth0.FakeAuth0;
import io.scopeguard.scope.ScopeRequirement.Match;
import io.scopeguard.spring.support.Reply;
import io.scopeguard.spring.support.RunningApi;
import io.scopeguard.spring.support.TenantServer;
import io.scopeguard.testing.FakeKeycloak;
import io.scopeguard.testing.MovableClock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Logto, Keycloak and Auth0 behind one API, each configured by its properties. */
class ThreeProvidersTests {

    private static final MovableClock clock = MovableClock.atNoon();
    private static final TenantServer logto = new TenantServer(clock);
    private static final FakeKeycloak keycloak = FakeKeycloak.recorded(clock);
    private static final FakeAuth0 auth0 = new FakeAuth0(clock).role("rol_viewer", "read:report");

    private static RunningApi api;

    @BeforeAll
    static void start() {
        Map<String, Object> properties = new HashMap<>(logto.properties());
        properties.put("scope-guard.default-audience", FakeKeycloak.API);
        properties.put("scope-guard.permissions.max-wait", "60s");
        properties.put("scope-guard.keycloak.issuer", keycloak.issuer().toString());
        properties.put("scope-guard.keycloak.client-id", FakeKeycloak.CLIENT_ID);
        properties.put("scope-guard.keycloak.client-secret", FakeKeycloak.CLIENT_SECRET);
        properties.put("scope-guard.keycloak.api-client", FakeKeycloak.API_CLIENT);
        properties.put("scope-guard.keycloak.calls-per-second", 1_000);
        properties.put("scope-guard.keycloak.timeout", "30s");
        properties.put("scope-guard.keycloak.admin-events", false);
        properties.put("scope-guard.auth0.domain", auth0.url());
        properties.put("scope-guard.auth0.client-id", FakeAuth0.CLIENT);
        properties.put("scope-guard.auth0.client-secret", FakeAuth0.SECRET);
        properties.put("scope-guard.auth0.calls-per-second", 1_000);
        properties.put("scope-guard.auth0.delay", "0s");
        properties.put("scope-guard.auth0.timeout", "30s");
        properties.put("scope-guard.organization.providers.logto", "initech");
        properties.put("scope-guard.organization.providers.keycloak", "acme,globex");
        properties.put("scope-guard.organization.providers.auth0", "org_*");
        api = RunningApi.start(properties, clock, Reports.class);
    }

    @AfterAll
    static void stop() {
        api.close();
        logto.close();
        keycloak.close();
        auth0.close();
    }

    /** A token of a new member of an organization, with the right to read reports at this provider. */
    private static String token(String provider, String organization, String user) {
        switch (provider) {
            case "logto" -> {
                logto.join(organization, logto.addUser(user), "read:document");
                return logto.organizationResourceToken(organization, user, "read:document")
                        .signed();
            }
            case "keycloak" -> {
                String id = organization + "-id";
                if (!List.of("acme", "globex").contains(organization)) {
                    keycloak.realm()
                            .organization(id, organization)
                            .group(id, organization + "-members", "m", "read:report");
                }
                keycloak.realm().user(user, user).member(id, user, organization + "-members");
                return keycloak.token(user, organization);
            }
            default -> {
                auth0.member(organization, user, "rol_viewer");
                return auth0.signIn(user, organization, "openid", "read:report").token();
            }
        }
    }

    private static Reply read(String organization, String token) {
        return api.get("/organizations/" + organization + "/reports", token);
    }

    /** A user that creates an organization with the same name at another provider cannot enter this one. */
    @ParameterizedTest
    @CsvSource({
        "logto,    initech,  200",
        "logto,    acme,     403",
        "logto,    org_acme, 403",
        "keycloak, acme,     200",
        "keycloak, initech,  403",
        "keycloak, org_acme, 403",
        "auth0,    org_acme, 200",
        "auth0,    acme,     403",
        "auth0,    initech,  403",
    })
    void getWhenTheTokenIsOfAnyProviderThenOnlyItsOwnOrganizationsAreOpen(
            String provider, String organization, int status) {
        Reply reply = read(organization, token(provider, organization, provider + "-alice"));
        assertThat(reply.status()).as(reply.body()).isEqualTo(status);
        assertThat(reply.body()).contains(status == 200 ? "ok" : "organization-mismatch");
    }

    @Test
    void getWhenAMembershipEndsThenRefusedAtThatProviderAlone() {
        String atLogto = token("logto", "initech", "bob");
        String atKeycloak = token("keycloak", "acme", "eve");
        String atAuth0 = token("auth0", "org_acme", "auth0|eve");
        clock.advance(Duration.ofSeconds(60));
        keycloak.realm().expel("acme-id", "eve");
        clock.advance(Duration.ofSeconds(60));
        assertThat(read("acme", atKeycloak).body()).contains("not-a-member");
        assertThat(read("initech", atLogto).status()).isEqualTo(200);
        assertThat(read("org_acme", atAuth0).status()).isEqualTo(200);
    }

    @Test
    void metersWhenDecisionsAreMadeThenByProvider() {
        read("initech", token("logto", "initech", "carl"));
        read("acme", token("keycloak", "acme", "carl"));
        read("org_acme", token("auth0", "org_acme", "auth0|carl"));
        for (String meter : List.of("scopeguard.decisions", "scopeguard.verifications")) {
            assertThat(api.bean(MeterRegistry.class).find(meter).counters().stream()
                            .filter(counter -> counter.count() > 0)
                            .map(counter -> counter.getId().getTag("provider")))
                    .contains("logto", "keycloak", "auth0");
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @RestController
    static class Reports {

        @Bean
        MeterRegistry meters() {
            return new SimpleMeterRegistry();
        }

        @GetMapping("/organizations/{organizationId}/reports")
        @RequiresScopes(
                value = {"read:report", "read:document"},
                match = Match.ANY)
        String read() {
            return "ok";
        }
    }
}

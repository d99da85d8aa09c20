package io.scopeguard.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.auth0.Auth0;
import io.scopeguard.auth0.FakeAuth0;
import io.scopeguard.spring.support.QuickStart;
import io.scopeguard.spring.support.Reply;
import io.scopeguard.spring.support.RunningApi;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.testing.Sampled;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
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
import org.springframework.core.io.support.SpringFactoriesLoader;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** The starter with an Auth0 tenant, on a real port. */
class Auth0Tests {

    private static final String SECRET = "a-secret-of-the-stream";
    private static final String[] ALL = {"openid", "read:report", "write:report"};

    private static final MovableClock clock = MovableClock.atNoon();
    private static final FakeAuth0 tenant = new FakeAuth0(clock)
            .role("rol_viewer", "read:report")
            .role("rol_editor", "read:report", "write:report")
            .member("org_acme", "auth0|alice", "rol_editor")
            .member("org_globex", "auth0|alice", "rol_viewer");

    private static RunningApi api;

    @BeforeAll
    static void start() {
        api = RunningApi.start(properties(), clock, Reports.class);
    }

    @AfterAll
    static void stop() {
        api.close();
        tenant.close();
    }

    private static Map<String, Object> properties() {
        Map<String, Object> properties = new LinkedHashMap<>();
        properties.put("scope-guard.resources", FakeAuth0.API);
        properties.put("scope-guard.permissions.max-wait", "60s");
        properties.put("scope-guard.auth0.domain", tenant.url());
        properties.put("scope-guard.auth0.client-id", FakeAuth0.CLIENT);
        properties.put("scope-guard.auth0.client-secret", FakeAuth0.SECRET);
        properties.put("scope-guard.auth0.calls-per-second", 1_000);
        properties.put("scope-guard.auth0.delay", "0s");
        properties.put("scope-guard.auth0.timeout", "30s");
        properties.put("scope-guard.startup-timeout", "10m");
        properties.put("scope-guard.auth0.event-stream.secrets", SECRET);
        return properties;
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "org_acme,   /organizations/org_acme/reports,         200, ''",
                "org_acme,   /organizations/org_acme/reports/draft,   200, ''",
                "org_globex, /organizations/org_globex/reports/draft, 403, insufficient-scope",
                "org_acme,   /organizations/org_globex/reports,       403, organization-mismatch",
                "-,          /organizations/org_acme/reports,         403, organization-mismatch"
            })
    void getWhenSignedInThroughAnOrganizationThenItsScopesOnly(
            @Nullable String organization, String path, int status, String problem) {
        Reply reply =
                api.get(path, tenant.signIn("auth0|alice", organization, ALL).token());

        assertThat(reply.status()).as(reply.body()).isEqualTo(status);
        assertThat(reply.body()).contains(problem);
    }

    @Test
    void eventWhenARoleWasTakenThenTheNextRequestIsRefused() throws Exception {
        tenant.member("org_acme", "auth0|erin", "rol_editor");
        String token = tenant.signIn("auth0|erin", "org_acme", ALL).token();
        assertThat(api.get("/organizations/org_acme/reports/draft", token).status())
                .isEqualTo(200);
        clock.advance(Duration.ofSeconds(3));
        tenant.member("org_acme", "auth0|erin", "rol_viewer");
        assertThat(api.get("/organizations/org_acme/reports/draft", token).status())
                .isEqualTo(200);

        assertThat(deliver("wrong-secret-of-the-stream")).isEqualTo(401);
        assertThat(deliver(SECRET)).isEqualTo(204);

        Reply refused = api.get("/organizations/org_acme/reports/draft", token);
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.header("Scope-Drift")).contains("action=refresh", "demoted=(\"write:report\")");
    }

    private static int deliver(String secret) throws IOException, InterruptedException {
        String event =
                "{\"specversion\":\"1.0\",\"type\":\"organization.member.role.deleted\",\"id\":\"evt_1\",\"time\":\""
                        + clock.instant() + "\",\"data\":{\"object\":{\"organization\":{\"id\":\"org_acme\"},"
                        + "\"user\":{\"user_id\":\"auth0|erin\"}}}}";
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + api.port() + "/scope-guard/webhooks/auth0"))
                .header("Authorization", "Bearer " + secret)
                .header("Content-Type", "application/cloudevents+json")
                .POST(BodyPublishers.ofString(event))
                .build();
        return HttpClient.newHttpClient()
                .send(request, BodyHandlers.discarding())
                .statusCode();
    }

    @Test
    void contextWhenNoPropertyOfAuth0IsSetThenNoAuth0() {
        new WebApplicationContextRunner()
                .withInitializer(new QuickStart())
                .withUserConfiguration(Reports.class)
                .withPropertyValues(
                        "scope-guard.enabled=false",
                        "scope-guard.auth0.domain=" + tenant.url(),
                        "scope-guard.auth0.client-id=client",
                        "scope-guard.auth0.client-secret=secret",
                        "scope-guard.resources=https://api.example.test")
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(Auth0.class));
    }

    @Sampled
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "auth0.domain=                        | scope-guard.auth0.domain is not set | tenant.eu.auth0.com",
                "auth0.domain=me:secret@tenant.auth0.com | scope-guard.auth0.domain is 'tenant.auth0.com', but must be | domain",
                "auth0.domain=tenant.auth0.com/api/v2 | scope-guard.auth0.domain is 'tenant.auth0.com/api/v2', but must be | default domain",
                "auth0.client-id=                     | scope-guard.auth0.client-id is not set | Machine to Machine",
                "auth0.client-secret=                 | scope-guard.auth0.client-secret is not set | secret",
                "auth0.client-secret=other            | scope-guard.auth0.client-secret is refused | Machine to Machine",
                "auth0.issuers=https://a.example.com  | scope-guard.auth0.issuers contains 'https://a.example.com' | slash at its end",
                "auth0.timeout=1h                     | scope-guard.auth0.timeout is 1h | 30s",
                "auth0.delay=2m                       | scope-guard.auth0.delay is 2m | from 0s to 1m",
                "auth0.calls-per-second=0             | scope-guard.auth0.calls-per-second is 0 | 1 or more",
                "auth0.member-calls-per-minute=0      | scope-guard.auth0.member-calls-per-minute is 0 | 1 or more",
                "auth0.token-scopes=permissions       | scope-guard.auth0.token-scopes is refused | Add Permissions in the Access Token",
                "auth0.event-stream.secrets=short     | scope-guard.auth0.event-stream.secrets is not valid | bearer token",
                "auth0.event-stream.path=/a/*         | scope-guard.auth0.event-stream.path is '/a/*', which is not a plain path | /scope-guard/webhooks/auth0",
                "resources=                           | scope-guard.resources is not set | identifier of this API",
                "resources=https://unknown.example    | scope-guard.resources is refused | Applications > APIs"
            })
    void startUpWhenAPropertyIsWrongThenItIsNamedWithTheFix(String property, String problem, String fix) {
        List<String> pairs = new ArrayList<>();
        properties().forEach((name, value) -> pairs.add(name + "=" + value));
        pairs.add("scope-guard." + property.strip());
        new WebApplicationContextRunner()
                .withInitializer(new QuickStart())
                .withUserConfiguration(Reports.class)
                .withPropertyValues(pairs.toArray(String[]::new))
                .run(context -> {
                    assertThat(context).hasFailed();
                    FailureAnalysis analysis = analysis(context.getStartupFailure());
                    assertThat(analysis).isNotNull();
                    assertThat(analysis.getDescription() + analysis.getAction())
                            .contains(problem, fix)
                            .doesNotContain(FakeAuth0.SECRET);
                });
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
    }
}

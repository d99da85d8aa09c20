package io.scopeguard.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.scopeguard.spring.support.QuickStart;
import io.scopeguard.spring.support.TenantServer;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.testing.Sampled;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Properties that do not exist, and what editors propose for those that do. */
@ExtendWith(OutputCaptureExtension.class)
class UnknownPropertiesTests {

    private static final TenantServer tenant = new TenantServer(MovableClock.atNoon());

    @AfterAll
    static void stop() {
        tenant.close();
    }

    private static WebApplicationContextRunner application() {
        return new WebApplicationContextRunner()
                .withInitializer(new QuickStart())
                .withUserConfiguration(GuardedApi.class)
                .withPropertyValues(tenant.properties().entrySet().stream()
                        .map(property -> property.getKey() + "=" + property.getValue())
                        .toArray(String[]::new));
    }

    @ParameterizedTest
    @CsvSource({
        "scope-guard.permission.max-age=10s, scope-guard.permissions.max-age",
        "scope-guard.unanotated=deny, scope-guard.unannotated",
        "scope-guard.logto.app-secrets=x, scope-guard.logto.app-secret",
        "scope-guard.modes[0]=enforce, scope-guard.mode",
        "scope-guard.drift=all, scope-guard.clients",
        "scope-guard.clients.keys=all, scope-guard.clients.watch",
        "scope-guard.clients.app.third-part=true, scope-guard.clients.app.third-party",
        "scope-guard.clients[app.example.com].watching[0]=all, scope-guard.clients[app.example.com].watch"
    })
    void misspeltThenStopsStartUpAndProposesAnother(String property, String proposal) {
        application().withPropertyValues(property).run(context -> {
            assertThat(context).hasFailed();
            assertThat(context.getStartupFailure()).isInstanceOfSatisfying(InvalidSettingException.class, failure -> {
                assertThat(failure.getMessage())
                        .contains(property.substring(0, property.indexOf('=')), "is not a property");
                assertThat(failure.fix()).contains("Did you mean " + proposal + "?");
            });
        });
    }

    @Sampled
    @ParameterizedTest
    @ValueSource(
            strings = {
                "scope-guard.permissions.maxAge=10s",
                "scope-guard.resources[0]=https://api.example.test",
                "scope-guard.drift.watch[0]=all",
                "scope-guard.clients.app.third-party=true",
                "scope-guard.clients.app.nonInteractive=true",
                "scope-guard.clients[app.example.com].watch[0]=all"
            })
    void otherSpellingThenAccepted(String property) {
        application()
                .withPropertyValues("scope-guard.default-audience=organization", property)
                .run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void decoderOfSpringBesideOursThenReported(CapturedOutput output) {
        application()
                .withPropertyValues(
                        "spring.security.oauth2.resourceserver.jwt.issuer-uri=https://id.example.test",
                        "spring.security.oauth2.resourceserver.jwt.audiences=https://api.example.test")
                .run(context -> assertThat(context).hasNotFailed());
        assertThat(output)
                .contains("resourceserver.jwt.issuer-uri has no effect", "resourceserver.jwt.audiences has no effect");
    }

    @Test
    void resourceThatTheProviderDoesNotKnowThenReportedEvenIfNoHandlerUsesIt(CapturedOutput output) {
        application()
                .withPropertyValues(
                        "scope-guard.default-audience=organization",
                        "scope-guard.resources=" + TenantServer.RESOURCE + ",https://unused.example.test")
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    await().atMost(Duration.ofMinutes(3))
                            .until(() -> output.toString().contains("has no resource https://unused.example.test"));
                });
    }

    @Test
    void editorsThenProposeValues() throws IOException {
        try (InputStream metadata = Objects.requireNonNull(
                InvalidSettingException.class.getResourceAsStream("/META-INF/spring-configuration-metadata.json"))) {
            Map<String, List<String>> hints = new HashMap<>();
            for (JsonNode hint : JsonMapper.shared().readTree(metadata).path("hints")) {
                hints.put(hint.path("name").asString(), values(hint));
            }
            assertThat(hints)
                    .containsEntry("scope-guard.default-audience", List.of("organization"))
                    .containsEntry("scope-guard.drift.watch", List.of("declared", "all"))
                    .containsEntry("scope-guard.open", List.of("static", "openapi", "actuator:info", "servlet:name"))
                    // Not the name of a property, which would look complete.
                    .containsEntry("scope-guard.clients.keys", List.of("example-client"));
        }
    }

    private static List<String> values(JsonNode hint) {
        List<String> values = new ArrayList<>();
        hint.path("values").forEach(value -> values.add(value.path("value").asString()));
        return values;
    }
}

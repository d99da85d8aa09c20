package io.scopeguard.zoo;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.spring.support.Reply;
import io.scopeguard.spring.support.ReportApi;
import io.scopeguard.spring.support.RunningApi;
import io.scopeguard.spring.support.TenantServer;
import io.scopeguard.spring.support.TestToken;
import io.scopeguard.testing.MovableClock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The health component: signing keys and the circuit breaker. Each test has a provider and an application of its own. */
class ProviderHealthTests {

    private final MovableClock clock = MovableClock.atNoon();
    private final TenantServer tenant = new TenantServer(clock);
    private RunningApi api;

    @BeforeEach
    void start() {
        api = RunningApi.start(
                tenant,
                clock,
                List.of(
                        "management.endpoint.health.show-details", "always",
                        "scope-guard.permissions.max-wait", "60s"),
                ReportApi.class);
        tenant.join("acme", tenant.addUser("alice"), "read:report");
    }

    @AfterEach
    void stop() {
        api.close();
        tenant.close();
    }

    private TestToken token() {
        return tenant.organizationToken("acme", "alice", "read:report");
    }

    private Reply read(TestToken token) {
        return api.get("/organizations/acme/reports", token);
    }

    /** The application itself stays up. */
    private JsonNode component() {
        Reply reply = api.getAsStranger("/actuator/health");
        assertThat(reply.status()).isEqualTo(200);
        JsonNode health = JsonMapper.shared().readTree(reply.body());
        assertThat(health.path("status").asString()).isEqualTo("UP");
        return health.path("components").path("scopeGuard");
    }

    private JsonNode logto() {
        return component().path("details").path("logto");
    }

    @Test
    void keysWhenTheyCannotBeFetchedThenDegradedSinceTheLastSuccess() {
        assertThat(logto().path("keys").asString()).isEqualTo("none yet");
        assertThat(logto().has("keysAge")).isFalse();
        assertThat(read(token()).status()).isEqualTo(200);
        assertThat(logto().path("keys").asString()).isEqualTo("ok");
        assertThat(logto().path("keysAge").asString()).isEqualTo("PT0S");
        assertThat(component().path("status").asString()).isEqualTo("UP");

        tenant.failKeys(503);
        clock.advance(Duration.ofMinutes(2));
        read(token().withKey(TenantServer.newKey("unknown")));

        assertThat(component().path("status").asString()).isEqualTo("DEGRADED");
        assertThat(logto().path("keys").asString()).isEqualTo("refused");
        assertThat(logto().path("keysAge").asString()).isEqualTo("PT2M");
        assertThat(logto().path("keysLastSuccess").asString()).isEqualTo("2026-11-21T12:00:00Z");
    }

    /** A limit on calls shows nothing about the provider's health. */
    @Test
    void callsWhenTheProviderAsksForFewerThenAsBefore() {
        assertThat(read(token()).status()).isEqualTo(200);
        int before = tenant.calls().size();
        tenant.failReads(429);
        clock.advance(Duration.ofMinutes(1));
        read(token());

        assertThat(tenant.calls()).hasSizeGreaterThan(before);
        assertThat(component().path("status").asString()).isEqualTo("UP");
        assertThat(logto().path("calls").asString()).isEqualTo("ok");
        assertThat(logto().path("callsAge").asString()).isEqualTo("PT1M");
    }

    /** The readiness of the application does not change. */
    @Test
    void callsWhenTheProviderAllowsNoneForMinutesThenDegradedUntilItAnswers() {
        assertThat(read(token()).status()).isEqualTo(200);
        tenant.failReads(429);
        readUntil("DEGRADED");
        assertThat(logto().path("calls").asString()).isEqualTo("rate_limited");
        assertThat(logto().path("circuit").asString()).isEqualTo("closed");
        assertThat(logto().path("callsLastSuccess").asString()).isEqualTo("2026-11-21T12:00:00Z");

        tenant.recover();
        readUntil("UP");

        assertThat(logto().path("calls").asString()).isEqualTo("ok");
    }

    private void readUntil(String status) {
        for (int i = 0; i < 60 && !component().path("status").asString().equals(status); i++) {
            clock.advance(Duration.ofSeconds(40));
            read(token());
        }
        assertThat(component().path("status").asString()).isEqualTo(status);
    }

    @Test
    void circuitWhenHalfOfTheCallsFailThenOpenAndDegraded() {
        read(token());
        assertThat(logto().path("circuit").asString()).isEqualTo("closed");

        tenant.failReads(503);
        for (int i = 0; i < 60 && !logto().path("circuit").asString().equals("open"); i++) {
            clock.advance(Duration.ofMinutes(1));
            read(token());
        }

        assertThat(logto().path("circuit").asString()).isEqualTo("open");
        assertThat(component().path("status").asString()).isEqualTo("DEGRADED");
    }
}

package io.scopeguard.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.scopeguard.spring.support.RunningApi;
import io.scopeguard.spring.support.TenantServer;
import io.scopeguard.spring.support.TestToken;
import io.scopeguard.testing.MovableClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.DoublePredicate;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The metrics for operators, which never contain an id in a tag. */
class MetricsTests {

    private final MovableClock clock = MovableClock.atNoon();

    @Test
    void metersWhenRequestsAreDecidedThenCountedByOutcome() {
        String acme = TenantServer.newId("acme");
        String reports = "/organizations/" + acme + "/reports";
        try (TenantServer tenant = new TenantServer(clock);
                RunningApi api = RunningApi.start(tenant, clock, List.of(), GuardedApi.class, Meters.class)) {
            String user = tenant.newUser();
            tenant.join(acme, user, "read:report", "invite:member");
            clock.advance(Duration.ofSeconds(1));
            api.get(reports, tenant.organizationToken(acme, user, "read:report", "gone:report"));
            api.get(reports, tenant.organizationToken(acme, user));
            api.get("/organizations/globex/reports", tenant.organizationToken(acme, user));
            api.get("/documents", tenant.organizationToken(acme, user));
            api.get("/me", "opaque");
            api.get("/me", tenant.organizationToken(acme, user).with("exp", 1));
            api.getAsStranger("/me");
            tenant.failReads(500);
            clock.advance(Duration.ofMinutes(6));
            api.get(reports, tenant.organizationToken(acme, user, "read:report"));

            MeterRegistry meters = api.bean(MeterRegistry.class);
            assertThat(counts(meters))
                    .contains(
                            "scopeguard.verifications outcome=valid provider=logto 5.0",
                            "scopeguard.verifications outcome=opaque provider=none 1.0",
                            "scopeguard.decisions live=known outcome=granted provider=logto token=organization 1.0",
                            "scopeguard.decisions live=known outcome=insufficient_scope provider=logto token=organization 1.0",
                            "scopeguard.decisions live=not_asked outcome=organization_mismatch provider=logto token=organization 1.0",
                            "scopeguard.decisions live=not_asked outcome=wrong_token_kind provider=logto token=organization 1.0",
                            "scopeguard.decisions live=unknown outcome=granted provider=logto token=organization 1.0",
                            "scopeguard.drift change=demoted provider=logto remedy=refresh 1.0",
                            "scopeguard.drift change=promoted provider=logto remedy=refresh 2.0",
                            "scopeguard.remedies action=refresh provider=logto 2.0")
                    .contains("scopeguard.keys.fetches outcome=ok provider=logto 1.0")
                    .anyMatch(line -> line.startsWith("scopeguard.provider.calls operation=token outcome=ok"))
                    .anyMatch(line ->
                            line.startsWith("scopeguard.provider.calls operation=organization-users outcome=ok"))
                    .anyMatch(line -> line.startsWith(
                            "scopeguard.provider.calls operation=organization-roles outcome=server_error"));
            assertThat(tags(meters)).noneMatch(value -> value.matches(".*\\d.*") || value.contains(user));
        }
    }

    /** A token that is newer than the loss of one of its scopes is counted once, without a hint. */
    @Test
    void metersWhenATokenIsNewerThanALossThenOneDisagreementIsCounted() {
        String acme = TenantServer.newId("acme");
        String reports = "/organizations/" + acme + "/reports";
        try (TenantServer tenant = new TenantServer(clock);
                RunningApi api = RunningApi.start(tenant, clock, List.of(), GuardedApi.class, Meters.class)) {
            String user = tenant.newUser();
            tenant.join(acme, user, "read:report");
            clock.advance(Duration.ofSeconds(1));
            api.get(reports, tenant.organizationToken(acme, user, "read:report"));
            clock.advance(Duration.ofSeconds(6));
            TestToken token = tenant.organizationToken(acme, user, "read:report", "delete:report");
            for (int i = 0; i < 3; i++) {
                assertThat(api.get(reports, token).has("Scope-Drift")).isFalse();
            }
            assertThat(api.send("DELETE", reports + "/1", null, "Authorization", "Bearer " + token.signed())
                            .body())
                    .contains("\"status\":403", "\"action\":\"none\"");

            assertThat(counts(api.bean(MeterRegistry.class)))
                    .contains(
                            "scopeguard.disagreements provider=logto 1.0",
                            "scopeguard.drift change=demoted provider=logto remedy=none 4.0")
                    .contains(
                            "scopeguard.remedies action=refresh provider=logto 0.0",
                            "scopeguard.remedies action=reconsent provider=logto 0.0");
        }
    }

    @Test
    void decisionThenTheAgeOfItsPermissionsIsMeasured() {
        String acme = TenantServer.newId("acme");
        String reports = "/organizations/" + acme + "/reports";
        try (TenantServer tenant = new TenantServer(clock);
                RunningApi api = RunningApi.start(tenant, clock, List.of(), GuardedApi.class, Meters.class)) {
            String user = tenant.newUser();
            tenant.join(acme, user, "read:report");
            TestToken token = tenant.organizationToken(acme, user, "read:report");
            api.get(reports, token);
            clock.advance(Duration.ofSeconds(6));
            api.get(reports, token);
            api.get("/organizations/globex/reports", token);

            Timer age = api.bean(MeterRegistry.class)
                    .get("scopeguard.permissions.age")
                    .timer();
            assertThat(age.count()).isEqualTo(2);
            assertThat(age.totalTime(TimeUnit.SECONDS)).isEqualTo(6);
            assertThat(age.max(TimeUnit.SECONDS)).isEqualTo(6);
        }
    }

    @Test
    void meterWhenProviderFailsThenBreakerIsOpen() {
        String reports = "/organizations/acme/reports";
        try (TenantServer tenant = new TenantServer(clock);
                RunningApi api = RunningApi.start(
                        tenant,
                        clock,
                        List.of("scope-guard.logto.calls-per-second", "1000"),
                        GuardedApi.class,
                        Meters.class)) {
            MeterRegistry meters = api.bean(MeterRegistry.class);
            TestToken token = tenant.organizationToken("acme", tenant.newUser(), "read:report");
            assertThat(counts(meters))
                    .contains("scopeguard.provider.breaker provider=logto state=closed 1.0")
                    .contains("scopeguard.provider.breaker provider=logto state=open 0.0");

            tenant.failReads(500);
            for (int i = 0; i < 30; i++) {
                clock.advance(Duration.ofSeconds(2));
                api.get(reports, token);
            }
            assertThat(counts(meters))
                    .contains("scopeguard.provider.breaker provider=logto state=closed 0.0")
                    .contains("scopeguard.provider.breaker provider=logto state=open 1.0");

            tenant.recover();
            clock.advance(Duration.ofSeconds(2));
            api.get(reports, token);
            assertThat(counts(meters)).contains("scopeguard.provider.breaker provider=logto state=closed 1.0");
            assertThat(meters.get("scopeguard.provider.waits").timers()).anyMatch(timer -> timer.count() > 0);
        }
    }

    /** Background reads have eight threads; further stale entries wait. */
    @Test
    void metersWhenReadsWaitForAThreadThenTheGaugeShowsIt() throws InterruptedException {
        String acme = TenantServer.newId("acme");
        int requests = 24;
        try (TenantServer tenant = new TenantServer(clock);
                // A request waits for a part of this before it takes the stale entry.
                RunningApi api = RunningApi.start(
                        tenant,
                        clock,
                        List.of("scope-guard.permissions.max-wait", "6s"),
                        GuardedApi.class,
                        Meters.class)) {
            Gauge waiting = api.bean(MeterRegistry.class)
                    .get("scopeguard.permissions.waiting")
                    .gauge();
            List<TestToken> tokens = new ArrayList<>();
            for (int i = 0; i < requests; i++) {
                String user = tenant.newUser();
                tenant.join(acme + i, user, "read:report");
                tokens.add(tenant.organizationToken(acme + i, user, "read:report"));
                api.get("/organizations/" + acme + i + "/reports", tokens.get(i));
            }
            assertThat(waiting.value()).isZero();
            clock.advance(Duration.ofSeconds(31));
            tenant.hold();

            ExecutorService clients = Executors.newFixedThreadPool(requests);
            try {
                for (int i = 0; i < requests; i++) {
                    TestToken token = tokens.get(i);
                    String path = "/organizations/" + acme + i + "/reports";
                    clients.execute(() -> api.get(path, token));
                }
                assertThat(reaches(waiting, value -> value > 0)).isTrue();
            } finally {
                tenant.release();
                clients.shutdown();
            }
            assertThat(reaches(waiting, value -> value == 0)).isTrue();
            assertThat(clients.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
        }
    }

    private static boolean reaches(Gauge gauge, DoublePredicate condition) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
        while (System.nanoTime() < deadline) {
            if (condition.test(gauge.value())) {
                return true;
            }
            TimeUnit.MILLISECONDS.sleep(10);
        }
        return false;
    }

    private static List<String> counts(MeterRegistry registry) {
        List<String> lines = new ArrayList<>();
        for (Meter meter : registry.getMeters()) {
            if (meter.getId().getName().startsWith("scopeguard.")) {
                StringBuilder line = new StringBuilder(meter.getId().getName());
                for (Tag tag : meter.getId().getTags()) {
                    line.append(' ').append(tag.getKey()).append('=').append(tag.getValue());
                }
                double count = meter.measure().iterator().next().getValue();
                lines.add(line.append(' ').append(count).toString());
            }
        }
        return lines;
    }

    private static Set<String> tags(MeterRegistry registry) {
        Set<String> values = new TreeSet<>();
        registry.getMeters().stream()
                .filter(meter -> meter.getId().getName().startsWith("scopeguard."))
                .forEach(meter -> meter.getId().getTags().forEach(tag -> values.add(tag.getValue())));
        return values;
    }

    @Configuration(proxyBeanMethods = false)
    static class Meters {

        @Bean
        MeterRegistry meters() {
            return new SimpleMeterRegistry();
        }
    }
}

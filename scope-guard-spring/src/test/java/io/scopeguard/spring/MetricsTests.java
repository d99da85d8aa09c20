package io.scopeguard.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.scopeguard.spring.support.MovableClock;
import io.scopeguard.spring.support.RunningApi;
import io.scopeguard.spring.support.TenantServer;
import io.scopeguard.spring.support.TestToken;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What operators count, and that no tag ever holds an id. */
class MetricsTests {

    private final MovableClock clock = new MovableClock();

    @Test
    void everythingIsCountedByOutcome() {
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
            tenant.troubleApi(500);
            clock.advance(Duration.ofMinutes(6));
            api.get(reports, tenant.organizationToken(acme, user, "read:report"));

            MeterRegistry meters = api.bean(MeterRegistry.class);
            assertThat(counts(meters))
                    .contains(
                            "scopeguard.verifications outcome=valid 5.0",
                            "scopeguard.verifications outcome=opaque 1.0",
                            "scopeguard.decisions live=known outcome=granted token=organization 1.0",
                            "scopeguard.decisions live=known outcome=insufficient_scope token=organization 1.0",
                            "scopeguard.decisions live=not_asked outcome=organization_mismatch token=organization 1.0",
                            "scopeguard.decisions live=not_asked outcome=wrong_token_kind token=organization 1.0",
                            "scopeguard.decisions live=unknown outcome=granted token=organization 1.0",
                            "scopeguard.drift change=demoted remedy=refresh 1.0",
                            "scopeguard.drift change=promoted remedy=refresh 2.0",
                            "scopeguard.remedies action=refresh 2.0")
                    .anyMatch(line -> line.startsWith("scopeguard.provider.calls operation=token outcome=ok"))
                    .anyMatch(line ->
                            line.startsWith("scopeguard.provider.calls operation=organization-users outcome=ok"))
                    .anyMatch(line -> line.startsWith(
                            "scopeguard.provider.calls operation=organization-roles outcome=server_error"));
            assertThat(tags(meters)).noneMatch(value -> value.matches(".*\\d.*") || value.contains(user));
        }
    }

    /** A token that is newer than the loss of what it carries: counted once, told to nobody. */
    @Test
    void disagreementIsCountedOnceAToken() {
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
                    .contains("scopeguard.disagreements 1.0", "scopeguard.drift change=demoted remedy=none 4.0")
                    .noneMatch(line -> line.startsWith("scopeguard.remedies"));
        }
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

package io.scopeguard.zoo;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.spring.support.RunningApi;
import io.scopeguard.spring.support.TenantServer;
import io.scopeguard.testing.MovableClock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/** The actuator while the guard is switched off: probes and what is open by name stay open. */
@Tag("thorough")
class KillSwitchActuatorTests {

    /** Spring Security's decoder has no other clock than the system's. */
    private static final MovableClock clock = new MovableClock(Instant.now());

    private static final TenantServer tenant = new TenantServer(clock);

    @AfterAll
    static void stop() {
        tenant.close();
    }

    private static RunningApi start(String... extra) {
        List<String> settings = new ArrayList<>(List.of(
                "scope-guard.enabled", "false",
                "management.endpoints.web.exposure.include", "*",
                "management.endpoint.health.probes.enabled", "true",
                "management.endpoint.health.show-components", "always"));
        settings.addAll(List.of(extra));
        return RunningApi.start(tenant, clock, settings, Api.class);
    }

    /** Some clusters probe a port of their own. */
    private static RunningApi endpoints(RunningApi api) {
        String port = api.bean(Environment.class).getProperty("local.management.port", "");
        return api.onPort(Integer.parseInt(port));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void healthThenOpenToProbes(boolean separatePort) {
        try (RunningApi api = separatePort ? start("management.server.port", "0") : start()) {
            RunningApi endpoints = endpoints(api);
            for (String path : List.of("", "/liveness", "/readiness")) {
                assertThat(endpoints.getAsStranger("/actuator/health" + path).status())
                        .as(path)
                        .isEqualTo(200);
            }
            assertThat(endpoints.getAsStranger("/actuator/health").body()).contains("components");
            assertThat(endpoints.getAsStranger("/actuator/info").status()).isEqualTo(401);
            assertThat(endpoints.getAsStranger("/actuator/scopeguard").status()).isEqualTo(401);
            assertThat(endpoints.get("/actuator/info", token()).status()).isEqualTo(200);
            assertThat(endpoints.get("/actuator/scopeguard", token()).status()).isEqualTo(404);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void endpointsWhenUndeclaredHandlersAreClosedThenOpenByNameOnly(boolean separatePort) {
        String port = separatePort ? "management.server.port" : "example.unused";
        try (RunningApi api =
                start("scope-guard.unannotated", "deny", "scope-guard.open", "actuator:info", port, "0")) {
            RunningApi endpoints = endpoints(api);
            assertThat(endpoints.getAsStranger("/actuator/info").status()).isEqualTo(200);
            assertThat(endpoints.getAsStranger("/actuator/health").status()).isEqualTo(200);
            assertThat(endpoints.getAsStranger("/actuator/health").body()).doesNotContain("components");
            assertThat(endpoints.getAsStranger("/actuator/env").status()).isEqualTo(401);
            assertThat(endpoints.get("/actuator/env", token()).status()).isEqualTo(403);
        }
    }

    private static String token() {
        return tenant.organizationToken("acme", "alice").signed();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Api {}
}

package io.scopeguard.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.spring.support.RunningApi;
import io.scopeguard.spring.support.TenantServer;
import io.scopeguard.testing.MovableClock;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** The log lines about denials. */
@ExtendWith(OutputCaptureExtension.class)
class DenialLogTests {

    private static final LoggingSystem logging = LoggingSystem.get(DenialLogTests.class.getClassLoader());
    private static final String LOGGER = "io.scopeguard.spring.authorization.DenialLog";

    private final MovableClock clock = MovableClock.atNoon();

    @Test
    void denialThenLoggedWithoutIdsAndSummarizedOnceAMinute(CapturedOutput output) {
        String acme = TenantServer.newId("acme");
        try (TenantServer tenant = new TenantServer(clock);
                RunningApi api = start(tenant)) {
            String user = tenant.newUser();
            tenant.join(acme, user, "read:report");
            clock.advance(Duration.ofSeconds(1));
            String token = tenant.organizationToken(acme, user, "read:report").signed();

            api.get("/organizations/" + acme + "/export", token);
            assertThat(lines(output, "DEBUG"))
                    .singleElement()
                    .asString()
                    .contains(
                            "Denied GET /organizations/{organizationId}/export",
                            "GuardedApi$Handlers#export[0 args]",
                            "which requires ",
                            "export:report",
                            "read:report",
                            " of organization: INSUFFICIENT_SCOPE");
            assertThat(lines(output, "WARN"))
                    .singleElement()
                    .asString()
                    .contains("Denied 1 operation since start-up: insufficient_scope (1). Most often: GET /");

            api.get("/organizations/" + acme + "/export", token);
            api.get("/organizations/globex/reports", token);
            api.get("/organizations/globex/reports", token);
            assertThat(lines(output, "WARN")).hasSize(1);

            clock.advance(Duration.ofMinutes(1));
            api.get("/organizations/globex/reports", token);
            assertThat(lines(output, "WARN"))
                    .last()
                    .asString()
                    .contains(
                            "Denied 4 operations since the last summary: insufficient_scope (1), organization_mismatch (3)",
                            "Most often: GET /organizations/{organizationId}/reports",
                            "reports[0 args]) (3), GET /organizations/{organizationId}/export");
            assertThat(lines(output, "DEBUG")).hasSize(5).noneMatch(line -> line.contains("hash"));
            assertThat(denials(output))
                    .isNotEmpty()
                    .noneMatch(line -> line.contains(acme) || line.contains(user) || line.contains("globex"));
        }
    }

    /** The logging system is configured before the properties of {@link RunningApi} exist. */
    private RunningApi start(TenantServer tenant, String... settings) {
        RunningApi api = RunningApi.start(tenant, clock, List.of(settings), GuardedApi.class);
        logging.setLogLevel(LOGGER, LogLevel.DEBUG);
        return api;
    }

    @AfterEach
    void resetLevel() {
        logging.setLogLevel(LOGGER, null);
    }

    @ParameterizedTest
    @ValueSource(strings = {"acme", "globex"})
    void denialWhenOrganizationIsHashedThenOperatorsCanFindIt(String organization, CapturedOutput output) {
        try (TenantServer tenant = new TenantServer(clock);
                RunningApi api = start(tenant, "scope-guard.log.organization", "hash")) {
            String token = tenant.organizationToken("acme", tenant.newUser()).signed();
            api.get("/organizations/" + organization + "/reports", token);
            // printf %s acme | sha256sum | cut -c1-12
            String hash = organization.equals("acme") ? "822b33ad87c1" : "5bc1a08d28e4";
            assertThat(lines(output, "DEBUG")).singleElement().asString().endsWith("hash " + hash);
        }
    }

    private static List<String> lines(CapturedOutput output, String level) {
        return denials(output).filter(line -> line.contains(level)).toList();
    }

    private static Stream<String> denials(CapturedOutput output) {
        return output.toString().lines().filter(line -> line.contains(": Denied "));
    }
}

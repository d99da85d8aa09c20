package io.scopeguard.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.spring.support.RunningApi;
import io.scopeguard.spring.support.TenantServer;
import io.scopeguard.testing.MovableClock;
import java.util.List;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** The line about the application's guard. */
@ExtendWith(OutputCaptureExtension.class)
class StartupReportTests {

    private final MovableClock clock = MovableClock.atNoon();

    @ParameterizedTest
    @CsvSource({"enforce, INFO, 2 without a declaration", "signal, WARN, revoked permissions are not denied"})
    void startThenOneLineSaysHowItIsGuarded(String mode, String level, String end, CapturedOutput output) {
        try (TenantServer tenant = new TenantServer(clock);
                RunningApi api = RunningApi.start(
                        tenant,
                        clock,
                        List.of("scope-guard.mode", mode, "scope-guard.permissions.max-age", "20s"),
                        GuardedApi.class)) {
            assertThat(output.toString().lines().filter(line -> line.contains("Scope Guard: mode")))
                    .singleElement()
                    .asString()
                    .contains(level, "mode " + mode + "; provider Logto at ", "; audience organization; max-age 20s; ")
                    .contains("handlers: 8 guarded, 1 open, 2 without a declaration")
                    .endsWith(end);
            assertThat(api.getAsStranger("/public").status()).isEqualTo(200);
        }
    }
}

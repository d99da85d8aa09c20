package io.scopeguard.provider.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.scopeguard.provider.CircuitState;
import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.provider.PermissionsUnavailableException.Reason;
import io.scopeguard.testing.MovableClock;
import java.time.Duration;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** The circuit breaker around calls to a provider. */
class ResilienceTests {

    private static final Duration LONGEST_TRIAL = Duration.ofMillis(20);

    private final MovableClock clock = MovableClock.atNoon();
    private final Resilience resilience = new Resilience("Test", clock.steady(), LONGEST_TRIAL);

    /** The JVM may have been unable to start a thread, for example, which may also have caused the outage. */
    @Test
    void callWhenTheTrialCallThrowsAnErrorThenTheNextCallIsTheTrial() {
        Supplier<String> broken = () -> {
            throw new OutOfMemoryError("unable to create native thread");
        };
        openCircuit();
        clock.advanceSeconds(2);
        for (int i = 0; i < 3; i++) {
            assertThatExceptionOfType(OutOfMemoryError.class).isThrownBy(() -> resilience.call(broken));
            assertThat(resilience.circuit()).isEqualTo(CircuitState.HALF_OPEN);
        }

        assertThat(resilience.call(() -> "answer")).isEqualTo("answer");
        assertThat(resilience.circuit()).isEqualTo(CircuitState.CLOSED);
    }

    private void openCircuit() {
        Supplier<String> failing = () -> {
            throw new PermissionsUnavailableException(Reason.SERVER_ERROR, "down");
        };
        while (resilience.circuit() == CircuitState.CLOSED) {
            assertThatExceptionOfType(PermissionsUnavailableException.class).isThrownBy(() -> resilience.call(failing));
        }
    }
}

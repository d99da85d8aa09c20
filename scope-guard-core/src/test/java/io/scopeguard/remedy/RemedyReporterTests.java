package io.scopeguard.remedy;

import static org.assertj.core.api.Assertions.assertThatCode;

import io.scopeguard.testing.MovableClock;
import io.scopeguard.testing.TestTokens;
import io.scopeguard.token.AccessToken;
import org.junit.jupiter.api.Test;

/** Reports to a listener of the application. */
class RemedyReporterTests {

    @Test
    void reportWhenTheListenerFailsThenNobodyElseIsAffected() {
        MovableClock clock = MovableClock.atNoon();
        RemedyListener failing = new RemedyListener() {
            @Override
            public void asked(Remedy remedy) {
                throw new IllegalStateException("metrics");
            }

            @Override
            public void disagreed() {
                throw new IllegalStateException("metrics");
            }
        };
        RemedyReporter reporter = new RemedyReporter(failing, clock.steady());
        try (TestTokens tokens = new TestTokens(clock)) {
            AccessToken token = tokens.organization("acme").scopes("read").verified();

            assertThatCode(() -> {
                        reporter.asked(token, Remedy.REFRESH);
                        reporter.disagreed(token, "read");
                        reporter.disagreedAboutRole(token, "editor");
                    })
                    .doesNotThrowAnyException();
        }
    }
}

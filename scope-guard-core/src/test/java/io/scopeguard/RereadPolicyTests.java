package io.scopeguard;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.permission.LivePermissions;
import io.scopeguard.provider.ProviderClock;
import io.scopeguard.provider.Standing;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.testing.StandalonePermissions;
import io.scopeguard.testing.TestTokens;
import io.scopeguard.time.SteadyClock;
import io.scopeguard.token.AccessToken;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The reads that show the state after a token was issued. */
class RereadPolicyTests {

    private static final MovableClock clock = MovableClock.atNoon();
    private static final TestTokens tokens = new TestTokens(clock);

    private final SteadyClock steady = clock.steady();

    @AfterAll
    static void stop() {
        tokens.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 10})
    void isReadAfterWhenAPartWasNeverReadThenFalse(int delay) {
        RereadPolicy policy = new RereadPolicy(new ProviderClock(steady), Duration.ofSeconds(delay));
        AccessToken token = tokens.organization("acme").scopes("read").verified();
        LivePermissions never = StandalonePermissions.none(Standing.ACTIVE, Instant.EPOCH, Long.MIN_VALUE);
        clock.advance(Duration.ofHours(1));

        assertThat(policy.isReadAfter(token, never, steady.nanos())).isFalse();
    }
}

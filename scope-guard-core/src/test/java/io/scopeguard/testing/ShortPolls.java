package io.scopeguard.testing;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Makes Awaitility check a condition after 5 ms, and then at intervals that double up to 100 ms. JUnit finds this extension by
 * itself, in each module that has the tests of the core on its class path.
 */
public final class ShortPolls implements BeforeAllCallback {

    private static final long FIRST_MILLIS = 5;
    private static final long LONGEST_MILLIS = 100;

    static {
        Awaitility.setDefaultPollDelay(Duration.ZERO);
        Awaitility.setDefaultPollInterval((polls, previous) ->
                polls <= 1 ? Duration.ofMillis(FIRST_MILLIS) : shorter(previous.multipliedBy(2), LONGEST_MILLIS));
    }

    private static Duration shorter(Duration interval, long millis) {
        return interval.toMillis() < millis ? interval : Duration.ofMillis(millis);
    }

    /** The defaults belong to the process, so they are set once, when this class is loaded. */
    @Override
    public void beforeAll(ExtensionContext context) {}
}

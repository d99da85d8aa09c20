package io.scopeguard.spring.actuate;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The outcomes of the last calls to each provider. Thread-safe. */
public final class ProviderActivity {

    /**
     * The last calls of one kind.
     *
     * @param outcome of the last call: {@code ok}, or the reason of its failure
     * @param lastSuccess when a call last succeeded, or {@code null} if none did
     */
    public record Last(String outcome, @Nullable Instant lastSuccess) {

        /** Whether the last call succeeded. */
        public boolean isOk() {
            return outcome.equals(OK);
        }
    }

    private static final String OK = "ok";
    private static final String NOT_FOUND = "not_found";
    private static final Set<String> LIMITED = Set.of("budget_exhausted", "rate_limited");

    private final Clock clock;
    private final Map<String, Last> calls = new ConcurrentHashMap<>();
    private final Map<String, Last> keys = new ConcurrentHashMap<>();

    public ProviderActivity(Clock clock) {
        this.clock = clock;
    }

    /** Records a call to a provider's API. A limit on calls shows nothing about the provider's health. */
    public void called(String provider, String outcome) {
        if (!LIMITED.contains(outcome)) {
            // "Not found" is an answer.
            note(calls, provider, outcome.equals(NOT_FOUND) ? OK : outcome);
        }
    }

    /** Records an attempt to fetch a provider's signing keys. */
    public void fetchedKeys(String provider, String outcome) {
        note(keys, provider, outcome);
    }

    @Nullable
    Last calls(String provider) {
        return calls.get(provider);
    }

    @Nullable
    Last keys(String provider) {
        return keys.get(provider);
    }

    /** The time since a kind of call last succeeded, or {@code null} if none did. */
    @Nullable
    Duration age(@Nullable Last last) {
        return last == null || last.lastSuccess() == null
                ? null
                : Duration.between(last.lastSuccess(), clock.instant());
    }

    private void note(Map<String, Last> last, String provider, String outcome) {
        last.compute(
                provider,
                (ignored, before) -> outcome.equals(OK)
                        ? new Last(OK, clock.instant())
                        : new Last(outcome, before == null ? null : before.lastSuccess()));
    }
}

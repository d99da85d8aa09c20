package io.scopeguard.spring.actuate;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
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
    private static final String BUDGET_EXHAUSTED = "budget_exhausted";
    private static final String RATE_LIMITED = "rate_limited";

    /** A provider that rejects all calls for so long because of their rate does not recover by itself. */
    private static final Duration LASTING = Duration.ofMinutes(2);

    private final Clock clock;
    private final Map<String, Last> calls = new ConcurrentHashMap<>();
    private final Map<String, Limitation> limitations = new ConcurrentHashMap<>();
    private final Map<String, Last> keys = new ConcurrentHashMap<>();

    public ProviderActivity(Clock clock) {
        this.clock = clock;
    }

    /**
     * A period in which a provider rejected every call because of the rate of calls.
     *
     * @param first the first rejection
     * @param last the last one so far
     */
    private record Limitation(Instant first, Instant last) {

        private boolean isLasting() {
            return last.compareTo(first.plus(LASTING)) >= 0;
        }

        private Limitation at(Instant now) {
            boolean goesOn = now.compareTo(last.plus(LASTING)) <= 0;
            return new Limitation(goesOn ? first : now, now);
        }
    }

    /**
     * Records a call to a provider's API. A limit on calls shows nothing about the provider's health, unless the provider allows
     * none for two minutes.
     */
    public void called(String provider, String outcome) {
        if (outcome.equals(RATE_LIMITED)) {
            Instant now = clock.instant();
            limitations.compute(
                    provider, (ignored, before) -> before == null ? new Limitation(now, now) : before.at(now));
        } else if (!outcome.equals(BUDGET_EXHAUSTED)) {
            limitations.remove(provider);
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
        Last last = calls.get(provider);
        Limitation limitation = limitations.get(provider);
        if (limitation == null || !limitation.isLasting()) {
            return last;
        }
        return new Last(RATE_LIMITED, last == null ? null : last.lastSuccess());
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

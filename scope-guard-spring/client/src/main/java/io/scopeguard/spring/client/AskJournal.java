package io.scopeguard.spring.client;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Records asks and the actions taken: once per token and action, and one consent per set of scopes. Thread-safe. */
final class AskJournal {

    private static final long MAX_ENTRIES = 10_000;
    private static final Duration KEPT = Duration.ofDays(1);

    /** The pause before another attempt after a temporary failure of a refresh, such as a network error. */
    private static final Duration SECOND_ATTEMPT = Duration.ofMinutes(1);

    private final Clock clock;
    private final Cache<String, Scheduled> scheduled = cache();
    private final Cache<String, Instant> blocked = cache();
    private final Cache<List<Object>, Boolean> consents = cache();

    AskJournal(Clock clock) {
        this.clock = clock;
    }

    private record Scheduled(Ask ask, Instant at) {

        /** Merges two asks: the latest ask, at the earliest time. */
        Scheduled or(Scheduled later) {
            return new Scheduled(later.ask, at.isBefore(later.at) ? at : later.at);
        }
    }

    private static <K, V> Cache<K, V> cache() {
        return Caffeine.newBuilder()
                .executor(Runnable::run)
                .maximumSize(MAX_ENTRIES)
                .expireAfterWrite(KEPT)
                .build();
    }

    /** Plans a refresh for the end of the wait. */
    void schedule(Ask ask) {
        if (mayAct(ask)) {
            Scheduled planned = new Scheduled(ask, clock.instant().plus(ask.after()));
            scheduled.asMap().merge(ask.token(), planned, Scheduled::or);
        }
    }

    /** The refresh of this token that is due. */
    @Nullable
    Ask due(HeldToken held) {
        String token = held.fingerprint();
        Scheduled planned = token == null ? null : scheduled.getIfPresent(token);
        return planned == null || clock.instant().isBefore(planned.at) ? null : planned.ask;
    }

    /** Whether the client has not acted on the ask yet, or may try again. */
    boolean mayAct(Ask ask) {
        Instant until = blocked.getIfPresent(ask.key());
        return until == null || !clock.instant().isBefore(until);
    }

    /** Records that the client acts on the ask. Returns {@code false} if it did before. */
    boolean act(Ask ask) {
        scheduled.invalidate(ask.token());
        boolean mayAct = mayAct(ask);
        if (mayAct) {
            blocked.put(ask.key(), Instant.MAX);
        }
        return mayAct;
    }

    void allowAnotherAttempt(Ask ask) {
        blocked.put(ask.key(), clock.instant().plus(SECOND_ATTEMPT));
    }

    /** Whether the application has not been informed of the ask before. */
    boolean isFirst(Ask ask) {
        return blocked.asMap().putIfAbsent(ask.key(), Instant.MAX) == null;
    }

    /** Whether the application was not asked for these scopes before. */
    boolean isFirstConsent(String client, Ask ask) {
        List<Object> key = List.of(
                client, String.valueOf(ask.organization()), String.valueOf(ask.resource()), List.copyOf(ask.scopes()));
        return consents.asMap().putIfAbsent(key, true) == null;
    }
}

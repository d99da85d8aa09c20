package io.scopeguard.remedy;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.RemovalCause;
import io.scopeguard.permission.PermissionKey;
import io.scopeguard.time.SteadyClock;
import io.scopeguard.token.AccessToken;
import java.time.Duration;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The asks to clients: refreshes for observed promotions, and requests for consent. Bounded: an entry expires when its pause is
 * over and no token has lacked the scope for the lifetime of a token. Beyond {@value #MAX_ENTRIES} entries, the least recently used
 * are dropped; for a day afterwards, a missing entry does not mean that the client was not asked. Thread-safe.
 */
final class AskMemory {

    private static final Logger log = LoggerFactory.getLogger(AskMemory.class);

    private static final long MAX_ENTRIES = 100_000;

    /** The maximum time that an ask is remembered, even if the token claims a longer lifetime. */
    private static final Duration LONGEST_LIFE = Duration.ofDays(1);

    private static final long NEVER = Long.MIN_VALUE;

    private final SteadyClock clock;
    private final AskExchange exchange;
    private final Cache<AskKey, Entry> entries;
    private volatile long droppedAt = NEVER;

    AskMemory(SteadyClock clock, long maxEntries) {
        this(clock, AskExchange.NONE, maxEntries);
    }

    /**
     * @param exchange passes asks on to other processes
     */
    AskMemory(SteadyClock clock, AskExchange exchange) {
        this(clock, exchange, MAX_ENTRIES);
    }

    private AskMemory(SteadyClock clock, AskExchange exchange, long maxEntries) {
        this.clock = clock;
        this.exchange = exchange;
        this.entries = Caffeine.newBuilder()
                .executor(Runnable::run)
                .maximumSize(maxEntries)
                .expireAfter(Expiry.<AskKey, Entry>accessing((key, entry) -> entry.keptFor()))
                .evictionListener((key, entry, cause) -> evicted(cause == RemovalCause.SIZE))
                .ticker(clock::nanos)
                .build();
    }

    /** The known ask to this token's client for a scope in this series, or {@code null}. */
    @Nullable
    PriorAsk find(AccessToken token, String scope, long series) {
        Entry known = entries.getIfPresent(AskKey.of(token, scope));
        return known == null || !known.isOf(series) ? null : known.ask;
    }

    /**
     * Remembers an ask.
     *
     * @param fresh the state before the first ask in this series
     * @param step the ask
     */
    void update(AccessToken token, String scope, PriorAsk fresh, UnaryOperator<PriorAsk> step) {
        AskKey asked = AskKey.of(token, scope);
        Entry entry = entries.asMap().compute(asked, (key, known) -> {
            boolean isCurrent = known != null && known.isOf(fresh.series());
            PriorAsk ask = isCurrent ? known.ask.inSeries(fresh.series()) : fresh;
            return new Entry(step.apply(ask), lifeOf(token), false);
        });
        exchange.asked(entry.recordedFor(asked));
    }

    /** Records a remedy that another process asked a client for. A later request for a refresh does not replace one for consent. */
    void learn(RecordedAsk ask) {
        AskKey key = new AskKey(ask.issuer(), ask.subject(), ask.clientId(), ask.scope());
        Entry learned = new Entry(PriorAsk.of(ask), ask.life(), true);
        entries.asMap().merge(key, learned, Entry::stronger);
    }

    /** Records of other processes may have been lost before they reached this one. */
    void memoryLost() {
        droppedAt = clock.nanos();
    }

    /** The asks of this process. */
    Stream<RecordedAsk> asks() {
        return entries.asMap().entrySet().stream()
                .filter(entry -> !entry.getValue().isForeign)
                .map(entry -> entry.getValue().recordedFor(entry.getKey()));
    }

    /** Forgets all records on purpose, as if no client had been asked for anything. */
    void clear() {
        entries.invalidateAll();
    }

    /** Whether entries were dropped for lack of space within the last day. */
    boolean mayHaveForgotten() {
        long dropped = droppedAt;
        return dropped != NEVER && clock.nanos() - dropped < LONGEST_LIFE.toNanos();
    }

    private void evicted(boolean isForSpace) {
        if (isForSpace) {
            if (!mayHaveForgotten()) {
                log.warn(
                        "More than {} requests to clients are remembered: the oldest entries were evicted. For a day, granted"
                                + " responses carry no hint where an entry may be missing.",
                        MAX_ENTRIES);
            }
            droppedAt = clock.nanos();
        }
    }

    private static Duration lifeOf(AccessToken token) {
        Duration life = Duration.between(token.issuedAt(), token.expiresAt());
        return life.compareTo(LONGEST_LIFE) < 0 ? life : LONGEST_LIFE;
    }

    private record AskKey(String issuer, PermissionKey subject, String clientId, String scope) {

        static AskKey of(AccessToken token, String scope) {
            return new AskKey(token.issuer(), PermissionKey.of(token), token.clientId(), scope);
        }
    }

    /**
     * @param isForeign whether another process asked: its series may begin at a slightly different time than ours, so the ask
     *     counts for any series
     */
    private record Entry(PriorAsk ask, Duration life, boolean isForeign) {

        boolean isOf(long series) {
            return isForeign || ask.series() == series;
        }

        static Entry stronger(Entry known, Entry learned) {
            PriorAsk.Consent before = known.ask.consent();
            PriorAsk.Consent after = learned.ask.consent();
            if (before == null && after == null) {
                return learned.ask.newFrom().isAfter(known.ask.newFrom()) ? learned : known;
            }
            if (before == null || after == null) {
                return before == null ? learned : known;
            }
            return after.at() <= before.at() ? known.withTokensOf(after) : learned.withTokensOf(before);
        }

        private Entry withTokensOf(PriorAsk.Consent other) {
            return new Entry(ask.withTokensOf(other), life, isForeign);
        }

        RecordedAsk recordedFor(AskKey key) {
            PriorAsk.Consent consent = ask.consent();
            return new RecordedAsk(
                    key.issuer,
                    key.subject,
                    key.clientId,
                    key.scope,
                    ask.series(),
                    ask.newFrom().getEpochSecond(),
                    life,
                    consent == null ? null : new RecordedAsk.Consent(consent.tokens(), consent.at(), consent.pause()));
        }

        Duration keptFor() {
            return ask.pause().plus(life);
        }
    }
}

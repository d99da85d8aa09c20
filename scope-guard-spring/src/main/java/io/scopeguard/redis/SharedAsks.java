package io.scopeguard.redis;

import io.scopeguard.permission.PermissionKey;
import io.scopeguard.provider.Subject;
import io.scopeguard.remedy.AskExchange;
import io.scopeguard.remedy.RecordedAsk;
import io.scopeguard.scope.Audience;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;

/**
 * The remedies that clients were asked for, as a stream. Each replica keeps a copy in memory, so that no request needs Redis. A
 * replica that starts reads the whole stream. An ask that cannot be added now is added when Redis responds again. Thread-safe.
 */
final class SharedAsks implements AskExchange {

    private static final TypeReference<Entry> ENTRY = new TypeReference<>() {};
    private static final int LENGTH = 50_000;
    private static final int MAX_UNSENT = 10_000;

    private final SharedLog log;
    private final ServerClock server;
    private final Unsent<Asked, RecordedAsk> unsent = new Unsent<>(MAX_UNSENT, SharedAsks::later);

    /** Key of an ask: the subject, the client and the scope. */
    record Asked(String issuer, PermissionKey subject, String clientId, String scope) {

        static Asked of(RecordedAsk ask) {
            return new Asked(ask.issuer(), ask.subject(), ask.clientId(), ask.scope());
        }
    }

    SharedAsks(BoundedRedis redis, Keys keys, String replica, ServerClock server) {
        this.log = new SharedLog(redis, keys, "asks", replica, LENGTH, Duration.ofMinutes(1));
        this.server = server;
    }

    SharedLog log() {
        return log;
    }

    @Override
    public void asked(RecordedAsk ask) {
        log.send(SharedJson.write(Entry.of(ask, server)), () -> unsent.keep(Asked.of(ask), ask));
    }

    private static RecordedAsk later(RecordedAsk a, RecordedAsk b) {
        Comparator<RecordedAsk> order = Comparator.<RecordedAsk>comparingLong(ask -> consentAt(ask.consent()))
                .thenComparingLong(RecordedAsk::newFrom);
        return order.compare(a, b) > 0 ? a : b;
    }

    private static long consentAt(RecordedAsk.@Nullable Consent consent) {
        return consent == null ? Long.MIN_VALUE : consent.at();
    }

    /** Adds an ask again, and waits for Redis. Returns whether it was added. */
    boolean restore(RecordedAsk ask) {
        return log.add(SharedJson.write(Entry.of(ask, server)));
    }

    /** The asks that could not be added to the stream. */
    Unsent<Asked, RecordedAsk> unsent() {
        return unsent;
    }

    /** The ask in an entry of another replica; {@code null} if it cannot be read. */
    @Nullable
    RecordedAsk ask(byte[] value) {
        Entry entry = SharedJson.read(value, ENTRY);
        return entry == null ? null : entry.ask(server);
    }

    /** An ask, with times of the server. */
    record Entry(
            String issuer,
            Subject.Type type,
            String id,
            @Nullable String organization,
            Audience audience,
            String client,
            String scope,
            long series,
            long newFrom,
            long lifeSeconds,
            List<String> tokens,
            long at,
            long pauseSeconds) {

        static Entry of(RecordedAsk ask, ServerClock server) {
            PermissionKey key = ask.subject();
            RecordedAsk.Consent consent = ask.consent();
            return new Entry(
                    ask.issuer(),
                    key.subject().type(),
                    key.subject().id(),
                    key.organization(),
                    key.audience(),
                    ask.clientId(),
                    ask.scope(),
                    server.micros(ask.series()),
                    ask.newFrom(),
                    ask.life().toSeconds(),
                    consent == null ? List.of() : consent.tokens(),
                    consent == null ? 0 : server.micros(consent.at()),
                    consent == null ? 0 : consent.pause().toSeconds());
        }

        RecordedAsk ask(ServerClock server) {
            return new RecordedAsk(
                    issuer,
                    new PermissionKey(new Subject(type, id), organization, audience),
                    client,
                    scope,
                    server.nanos(series),
                    newFrom,
                    Duration.ofSeconds(lifeSeconds),
                    tokens.isEmpty()
                            ? null
                            : new RecordedAsk.Consent(tokens, server.nanos(at), Duration.ofSeconds(pauseSeconds)));
        }
    }
}

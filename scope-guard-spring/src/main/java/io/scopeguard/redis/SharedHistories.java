package io.scopeguard.redis;

import io.lettuce.core.KeyValue;
import io.scopeguard.permission.FactExchange;
import io.scopeguard.permission.FactHistory;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;

/** Histories of facts in Redis, with times of the server. An earlier history never replaces a later one. Thread-safe. */
final class SharedHistories implements FactExchange {

    private static final TypeReference<FactHistory> HISTORY = new TypeReference<>() {};

    /** Twice the longest lifetime of a token: a history is written again when something changes. */
    private static final Duration KEPT_FOR = Duration.ofDays(2);

    private static final int DIGITS = 20;

    /** The value begins with the time of the last read, in digits of the same number. */
    private static final Script KEEP = new Script("""
            local known = redis.call('GETRANGE', KEYS[1], 0, 19)
            if known == '' or known <= ARGV[1] then
              redis.call('SET', KEYS[1], ARGV[1] .. ARGV[2], 'PX', ARGV[3])
            end
            return {1}
            """);

    private final BoundedRedis redis;
    private final Keys keys;
    private final ServerClock server;

    SharedHistories(BoundedRedis redis, Keys keys, ServerClock server) {
        this.redis = redis;
        this.keys = keys;
        this.server = server;
    }

    @Override
    public Map<String, FactHistory> recall(Collection<String> facts) {
        List<String> names = List.copyOf(facts);
        byte[][] wanted = names.stream().map(this::key).toArray(byte[][]::new);
        Map<String, FactHistory> found = new HashMap<>();
        redis.ask(commands -> commands.mget(wanted)).ifPresent(values -> {
            for (int i = 0; i < values.size(); i++) {
                FactHistory history = history(wanted[i], values.get(i));
                if (history != null) {
                    found.put(names.get(i), history);
                }
            }
        });
        return found;
    }

    private @Nullable FactHistory history(byte[] key, KeyValue<byte[], byte[]> value) {
        if (!value.hasValue() || value.getValue().length < DIGITS) {
            return null;
        }
        byte[] stored = value.getValue();
        byte[] json = keys.unsealed(key, Arrays.copyOfRange(stored, DIGITS, stored.length));
        FactHistory history = json == null ? null : SharedJson.read(json, HISTORY);
        return history == null ? null : ours(history);
    }

    @Override
    public void keep(String fact, FactHistory history) {
        byte[] key = key(fact);
        FactHistory shared = shared(history);
        byte[] value = keys.sealed(key, SharedJson.write(shared));
        String at = "%020d".formatted(Math.max(shared.readAt(), 0));
        redis.tell(commands ->
                KEEP.run(commands, List.of(key), Script.bytes(at), value, Script.bytes(KEPT_FOR.toMillis())));
    }

    private byte[] key(String fact) {
        return keys.of("history", fact);
    }

    private FactHistory shared(FactHistory history) {
        return new FactHistory(
                history.standing(),
                history.roles(),
                server.micros(history.readAt()),
                server.micros(history.firstEnd()),
                server.micros(history.brokenAt()),
                history.gains().stream()
                        .map(gain -> new FactHistory.Gain(
                                gain.role(), server.micros(gain.lackedUntil()), server.micros(gain.end())))
                        .toList(),
                history.losses().stream()
                        .map(loss -> new FactHistory.Loss(
                                loss.role(),
                                server.micros(loss.lackedUntil()),
                                server.micros(loss.end()),
                                server.micros(loss.noticed()),
                                server.micros(loss.lostAt())))
                        .toList(),
                history.isComplete());
    }

    private FactHistory ours(FactHistory history) {
        return new FactHistory(
                history.standing(),
                history.roles(),
                server.nanos(history.readAt()),
                server.nanos(history.firstEnd()),
                server.nanos(history.brokenAt()),
                history.gains().stream()
                        .map(gain -> new FactHistory.Gain(
                                gain.role(), server.nanos(gain.lackedUntil()), server.nanos(gain.end())))
                        .toList(),
                history.losses().stream()
                        .map(loss -> new FactHistory.Loss(
                                loss.role(),
                                server.nanos(loss.lackedUntil()),
                                server.nanos(loss.end()),
                                server.nanos(loss.noticed()),
                                server.nanos(loss.lostAt())))
                        .toList(),
                history.isComplete());
    }
}

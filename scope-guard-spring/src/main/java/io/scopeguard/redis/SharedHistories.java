package io.scopeguard.redis;

import io.lettuce.core.KeyValue;
import io.scopeguard.permission.fact.FactExchange;
import io.scopeguard.permission.fact.FactHistory;
import io.scopeguard.redis.AnswerStore.Series;
import io.scopeguard.redis.BoundedRedis.Command;
import io.scopeguard.redis.ServerClock.Offset;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;

/**
 * Histories of facts in Redis, with times of the server. An earlier history never replaces a later one. The clocks of replicas and
 * server differ by an uncertain time, by which all times of a history are moved into the past. That keeps their order, and no read
 * seems to be newer than a change that was reported after it. A history that cannot be stored now is stored when Redis responds
 * again. Thread-safe.
 */
final class SharedHistories implements FactExchange {

    private static final TypeReference<FactHistory> HISTORY = new TypeReference<>() {};

    /** Twice the longest lifetime of a token. A history is written when something changes, and once in half of this time. */
    static final Duration KEPT_FOR = Duration.ofDays(2);

    private static final int DIGITS = 20;

    private static final int MAX_UNSENT = 10_000;

    /** The value begins with the time of the last read, in digits of the same number. */
    private static final Script KEEP = new Script("""
            local known = redis.call('GETRANGE', KEYS[1], 0, 19)
            local at = tonumber(known)
            if not at or at > now or known <= ARGV[1] then
              redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
            end
            return {1}
            """);

    private static final int MAX_TRIES = 5;

    private static final byte[] NOTHING = {};

    private final BoundedRedis redis;
    private final Keys keys;
    private final ServerClock server;
    private final AnswerStore answers;
    private final long gap;
    private final Unsent<String, FactHistory> unsent =
            new Unsent<>(MAX_UNSENT, (a, b) -> a.readAt() > b.readAt() ? a : b);

    /**
     * @param answers shows which facts are still read
     * @param gap the time between two reads beyond which changes in between may have been missed
     */
    SharedHistories(BoundedRedis redis, Keys keys, ServerClock server, AnswerStore answers, Duration gap) {
        this.answers = answers;
        this.gap = gap.toNanos();
        this.redis = redis;
        this.keys = keys;
        this.server = server;
    }

    @Override
    public Map<String, FactHistory> recall(Collection<String> facts) {
        List<String> names = List.copyOf(facts);
        byte[][] wanted = names.stream().map(this::key).toArray(byte[][]::new);
        Map<String, FactHistory> found = new HashMap<>();
        Offset offset = server.offset();
        redis.call(commands -> commands.mget(wanted)).ifPresent(values -> {
            for (int i = 0; i < values.size(); i++) {
                FactHistory history = history(wanted[i], values.get(i), offset);
                if (history != null) {
                    found.put(names.get(i), history);
                }
            }
        });
        return found;
    }

    private @Nullable FactHistory history(byte[] key, KeyValue<byte[], byte[]> value, Offset offset) {
        if (!value.hasValue() || value.getValue().length < DIGITS) {
            return null;
        }
        byte[] stored = value.getValue();
        byte[] json = keys.unsealed(key, Arrays.copyOfRange(stored, DIGITS, stored.length));
        FactHistory history = json == null ? null : SharedJson.read(json, HISTORY);
        // A history that is dated in the future would hide all later reads.
        return history == null || history.readAt() > server.micros() ? null : timed(history, offset::earliestNanos);
    }

    @Override
    public Map<String, Long> readUntil(Map<String, FactHistory> histories) {
        long now = server.nanos();
        Map<String, List<String>> wanted = new HashMap<>();
        histories.forEach((fact, history) -> {
            if (now - history.readAt() > gap) {
                wanted.put(fact, SharedPermissionSource.answersOf(fact));
            }
        });
        if (wanted.isEmpty()) {
            return Map.of();
        }
        Map<String, Series> known = answers.series(
                wanted.values().stream().flatMap(List::stream).distinct().toList());
        Map<String, Long> found = new HashMap<>();
        wanted.forEach((fact, names) -> names.stream()
                .map(known::get)
                .filter(Objects::nonNull)
                .filter(series -> continues(series, histories.get(fact)))
                .forEach(series -> found.merge(fact, series.until(), Math::max)));
        return found;
    }

    private boolean continues(Series series, @Nullable FactHistory history) {
        return history != null && series.since() <= history.readAt() + gap && series.until() > history.readAt();
    }

    @Override
    public void share(String fact, FactHistory history) {
        redis.send(keeping(fact, history), () -> unsent.keep(fact, history));
    }

    /**
     * Stores a history, together with what another replica has noticed meanwhile. Waits for Redis.
     *
     * @return whether to go on: it was stored, or it cannot be, although Redis responds
     */
    boolean restore(String fact, FactHistory history) {
        for (int i = 0; i < MAX_TRIES && redis.isReachable(); i++) {
            boolean isStored = redis.call(commands -> commands.mget(key(fact)))
                    .flatMap(values -> merged(fact, history, values.get(0)))
                    .orElse(false);
            if (isStored) {
                return true;
            }
        }
        return redis.isReachable();
    }

    /** Whether the merged history was stored, or {@code false} if another replica has written; empty if Redis does not respond. */
    private Optional<Boolean> merged(String fact, FactHistory history, KeyValue<byte[], byte[]> stored) {
        byte[] key = key(fact);
        FactHistory theirs = history(key, stored, server.offset());
        FactHistory merged = theirs == null ? history : history.mergedWith(theirs);
        byte[] expected = stored.getValueOrElse(NOTHING);
        return redis.call(commands -> Script.REPLACE.run(
                        commands,
                        List.of(key),
                        Script.bytes(commands.digest(expected)),
                        value(key, merged),
                        Script.bytes(KEPT_FOR.toMillis())))
                .map(List::isEmpty);
    }

    private Command<List<Object>> keeping(String fact, FactHistory history) {
        byte[] key = key(fact);
        byte[] value = value(key, history);
        return commands -> KEEP.run(
                commands, List.of(key), Arrays.copyOf(value, DIGITS), value, Script.bytes(KEPT_FOR.toMillis()));
    }

    /** The time of the last read, and the history. */
    private byte[] value(byte[] key, FactHistory history) {
        Offset offset = server.offset();
        byte[] at = Script.bytes("%020d".formatted(Math.max(offset.micros(history.readAt()), 0)));
        byte[] sealed = keys.sealed(key, SharedJson.write(timed(history, offset::earliestMicros)));
        return ByteBuffer.allocate(at.length + sealed.length)
                .put(at)
                .put(sealed)
                .array();
    }

    /** The histories that could not be stored. */
    Unsent<String, FactHistory> unsent() {
        return unsent;
    }

    private byte[] key(String fact) {
        return keys.of("history", fact);
    }

    private static FactHistory timed(FactHistory history, LongUnaryOperator time) {
        return new FactHistory(
                history.standing(),
                history.roles(),
                time.applyAsLong(history.readAt()),
                time.applyAsLong(history.firstEnd()),
                time.applyAsLong(history.brokenAt()),
                history.gains().stream()
                        .map(gain -> new FactHistory.Gain(
                                gain.role(), time.applyAsLong(gain.lackedUntil()), time.applyAsLong(gain.end())))
                        .toList(),
                history.losses().stream()
                        .map(loss -> new FactHistory.Loss(
                                loss.role(),
                                time.applyAsLong(loss.lackedUntil()),
                                time.applyAsLong(loss.end()),
                                time.applyAsLong(loss.noticed()),
                                time.applyAsLong(loss.lostAt())))
                        .toList(),
                history.isComplete());
    }
}

package io.scopeguard.redis;

import io.lettuce.core.KeyValue;
import io.scopeguard.redis.ServerClock.Offset;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The latest answers of the provider, each with the time of its read, and the leases on reads. One hash holds everything about one
 * fact: one script returns an answer or takes the lease, another one stores an answer, unless a newer one is stored. The order of
 * reads is a counter in that hash, taken with the lease before the read begins. Times are those of the Redis server. Thread-safe.
 */
final class AnswerStore {

    /** All parts of an answer were read with the lease. */
    static final long NO_OLDER_PART = Long.MAX_VALUE;

    /**
     * Looks for an answer; without one, takes the lease. If an answer confirmed a loss, the first read is returned first, so
     * that other replicas can compare both reads as well. An answer that is dated in the future is ignored, because it would hide
     * all later reads, and so is a lease that is longer than any replica takes, because it would prevent reads.
     */
    private static final Script LOOK = new Script("""
            local h = redis.call('HMGET', KEYS[1], 'o', 's', 'e', 'v', 'c', 'po', 'ps', 'pe', 'pv', 'until')
            local after = tonumber(ARGV[1])
            local last = tonumber(ARGV[2])
            local o = tonumber(h[1] or '0')
            local function isTimely(begun, ended)
              return tonumber(begun) > after and tonumber(begun) <= tonumber(ended) and tonumber(ended) <= now
            end
            if o > last and isTimely(h[2], h[3]) then
              if h[5] == '1' and ARGV[3] == '0' and h[6] then
                local po = tonumber(h[6])
                if po > last and isTimely(h[7], h[8]) then
                  return {po, tonumber(h[7]), tonumber(h[8]), h[9], 0, 0}
                end
              end
              return {o, tonumber(h[2]), tonumber(h[3]), h[4], 0, 0}
            end
            local busy = tonumber(h[10] or '0')
            if busy > now and busy - now <= tonumber(ARGV[5]) and ARGV[4] == '1' then
              return {0, 0, 0, '', 0, busy - now}
            end
            local n = redis.call('HINCRBY', KEYS[1], 'n', 1)
            redis.call('HSET', KEYS[1], 'until', str(now + tonumber(ARGV[5])), 'by', ARGV[7])
            redis.call('PEXPIRE', KEYS[1], ARGV[6])
            return {0, 0, 0, '', n, now}
            """);

    /**
     * Stores an answer, unless a newer one is there or the counter was lost since the read began. Ends the lease. Equal answers
     * that follow each other soon enough are a series, whose beginning is kept. An answer is as old as its oldest part, but a
     * series begins with a lease: the answer as a whole is not known to have been the same before.
     */
    private static final Script STORE = new Script("""
            local h = redis.call('HMGET', KEYS[1], 'n', 'o', 'by')
            local order = tonumber(ARGV[1])
            if h[3] == ARGV[8] then
              redis.call('HDEL', KEYS[1], 'until', 'by')
            end
            if order <= tonumber(h[2] or '0') or order > tonumber(h[1] or '0') then
              return {0}
            end
            if ARGV[4] == '1' and h[2] then
              local c = redis.call('HMGET', KEYS[1], 'o', 's', 'e', 'v')
              redis.call('HSET', KEYS[1], 'po', c[1], 'ps', c[2], 'pe', c[3], 'pv', c[4])
            else
              redis.call('HDEL', KEYS[1], 'po', 'ps', 'pe', 'pv')
            end
            local series = redis.call('HMGET', KEYS[1], 's', 'u', 'd')
            local since = ARGV[7]
            if series[3] == ARGV[6] and tonumber(ARGV[2]) - tonumber(series[1]) <= tonumber(ARGV[5]) * 1000 then
              since = series[2]
            end
            redis.call('HSET', KEYS[1], 'o', ARGV[1], 's', ARGV[2], 'e', str(now), 'v', ARGV[3], 'c', ARGV[4], 'u', since,
              'd', ARGV[6])
            redis.call('PEXPIRE', KEYS[1], ARGV[5])
            return {1}
            """);

    /** Ends a lease without an answer. */
    private static final Script RELEASE = new Script("""
            if redis.call('HGET', KEYS[1], 'by') == ARGV[1] then
              redis.call('HDEL', KEYS[1], 'until', 'by')
            end
            return {1}
            """);

    private final BoundedRedis redis;
    private final Keys keys;
    private final ServerClock server;
    private final SharingSettings settings;

    /** This replica's leases are named after it and numbered, so that it can release one without a response. */
    private final String leases = UUID.randomUUID() + "-";

    private final AtomicLong lookups = new AtomicLong();

    AnswerStore(BoundedRedis redis, Keys keys, ServerClock server, SharingSettings settings) {
        this.redis = redis;
        this.keys = keys;
        this.server = server;
        this.settings = settings;
    }

    /**
     * The wanted answer.
     *
     * @param key the Redis key of the fact
     * @param notBefore the answer's read began after this, in nanoseconds of the steady clock
     * @param newerThan the answer has a larger number than this
     * @param isConfirming whether the answer is to confirm a loss
     * @param waits whether the caller leaves the read to a replica that holds the lease
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Wanted(byte[] key, long notBefore, long newerThan, boolean isConfirming, boolean waits) {}

    /**
     * The result: an answer, or a lease, or the information that another replica has the lease.
     *
     * @param order the number of the answer, or of the read that the lease permits
     * @param begunAt the start of the answer's read, in nanoseconds of the steady clock; with a lease, the server's time in
     *     microseconds
     * @param endedAt its end, in nanoseconds of the steady clock
     * @param value the answer, or {@code null}
     * @param leftFor the remaining time of the other replica's lease, or zero
     * @param name the name of the lease, if it is one
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Found(long order, long begunAt, long endedAt, byte @Nullable [] value, Duration leftFor, String name) {

        boolean isAnswer() {
            return value != null;
        }

        boolean isLease() {
            return value == null && order > 0;
        }
    }

    /**
     * Reads with the same answer that followed each other within the time for which answers are kept.
     *
     * @param since the latest possible start of the first one, in nanoseconds of the steady clock
     * @param until the earliest possible start of the last one
     */
    record Series(long since, long until) {}

    /** The series of reads that go on, by name; without those that do not, and empty if Redis does not respond. */
    Map<String, Series> series(Collection<String> names) {
        List<String> wanted = List.copyOf(names);
        Offset offset = server.offset();
        Map<String, Series> found = new HashMap<>();
        redis.call(commands -> all(wanted.stream()
                        .map(name -> commands.hmget(keys.of("answer", name), Script.bytes("u"), Script.bytes("s")))
                        .toList()))
                .ifPresent(values -> {
                    for (int i = 0; i < values.size(); i++) {
                        Series series = series(values.get(i), offset);
                        if (series != null) {
                            found.put(wanted.get(i), series);
                        }
                    }
                });
        return found;
    }

    private static <T> CompletionStage<List<T>> all(List<? extends CompletionStage<T>> stages) {
        List<CompletableFuture<T>> futures =
                stages.stream().map(CompletionStage::toCompletableFuture).toList();
        return CompletableFuture.allOf(futures.toArray(CompletableFuture[]::new))
                .thenApply(done -> futures.stream().map(CompletableFuture::join).toList());
    }

    private static @Nullable Series series(List<KeyValue<byte[], byte[]>> fields, Offset offset) {
        if (!fields.stream().allMatch(KeyValue::hasValue)) {
            return null;
        }
        try {
            return new Series(offset.latestNanos(micros(fields.get(0))), offset.earliestNanos(micros(fields.get(1))));
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private static long micros(KeyValue<byte[], byte[]> field) {
        return Long.parseLong(new String(field.getValue(), StandardCharsets.US_ASCII));
    }

    /** Looks for an answer, or takes the lease; empty if Redis does not respond. */
    Optional<Found> look(Wanted wanted) {
        Offset offset = server.offset();
        String name = leases + lookups.incrementAndGet();
        Optional<Found> found = redis.call(commands -> LOOK.run(
                        commands,
                        List.of(wanted.key),
                        Script.bytes(offset.latestMicros(wanted.notBefore)),
                        Script.bytes(wanted.newerThan),
                        Script.flag(wanted.isConfirming),
                        Script.flag(wanted.waits),
                        Script.bytes(micros(settings.lease().toNanos())),
                        Script.bytes(settings.keptFor().toMillis()),
                        Script.bytes(name)))
                .map(reply -> found(wanted.key, reply, offset, name));
        if (found.isEmpty()) {
            // A slow Redis may have given the lease, which would keep the other replicas from the read.
            release(wanted.key, name);
        }
        return found;
    }

    /** Moves all times into the past by the uncertainty of the difference, which keeps their order. */
    private Found found(byte[] key, List<Object> reply, Offset offset, String name) {
        long answer = (Long) reply.get(0);
        long lease = (Long) reply.get(4);
        long left = (Long) reply.get(5);
        if (answer == 0) {
            return lease > 0
                    ? new Found(lease, left, 0, null, Duration.ZERO, name)
                    : new Found(0, 0, 0, null, Duration.ofNanos(nanos(left)), name);
        }
        long begun = (Long) reply.get(1);
        return new Found(
                answer,
                offset.earliestNanos(begun),
                offset.earliestNanos((Long) reply.get(2)),
                undated(keys.unsealed(key, (byte[]) reply.get(3)), begun),
                Duration.ZERO,
                name);
    }

    /** An answer is sealed together with the start of its read, so that nobody can pass an old one off as new. */
    private static byte[] dated(byte[] value, long begun) {
        return ByteBuffer.allocate(Long.BYTES + value.length)
                .putLong(begun)
                .put(value)
                .array();
    }

    /** The answer; without bytes if it is not that of this read. */
    private static byte[] undated(byte @Nullable [] dated, long begun) {
        return dated != null
                        && dated.length >= Long.BYTES
                        && ByteBuffer.wrap(dated).getLong() == begun
                ? Arrays.copyOfRange(dated, Long.BYTES, dated.length)
                : new byte[0];
    }

    /**
     * Stores an answer, without waiting.
     *
     * @param oldestPart when the oldest part of the answer was read that is older than the lease, in nanoseconds of the steady clock;
     *     {@link #NO_OLDER_PART} if there is none
     */
    void store(byte[] key, Found lease, byte[] value, boolean isConfirming, long oldestPart) {
        if (value.length > SharedJson.MAX_BYTES) {
            release(key, lease);
            return;
        }
        long begunAt = oldestPart == NO_OLDER_PART
                ? lease.begunAt
                : Math.min(lease.begunAt, server.offset().earliestMicros(oldestPart));
        redis.send(commands -> STORE.run(
                commands,
                List.of(key),
                Script.bytes(lease.order),
                Script.bytes(begunAt),
                keys.sealed(key, dated(value, begunAt)),
                Script.flag(isConfirming),
                Script.bytes(settings.keptFor().toMillis()),
                Script.bytes(Arrays.hashCode(value)),
                Script.bytes(lease.begunAt),
                Script.bytes(lease.name)));
    }

    /** Releases the lease, without waiting. */
    void release(byte[] key, Found lease) {
        release(key, lease.name);
    }

    private void release(byte[] key, String name) {
        redis.send(commands -> RELEASE.run(commands, List.of(key), Script.bytes(name)));
    }

    private static long micros(long nanos) {
        return TimeUnit.NANOSECONDS.toMicros(nanos);
    }

    private static long nanos(long micros) {
        return TimeUnit.MICROSECONDS.toNanos(micros);
    }
}

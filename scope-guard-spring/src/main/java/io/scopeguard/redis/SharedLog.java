package io.scopeguard.redis;

import io.scopeguard.redis.BoundedRedis.Command;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Writes to a stream that every replica reads from its own position. Each entry carries the next number, so that a reader notices a
 * gap. Thread-safe.
 */
final class SharedLog {

    static final String NUMBER = "n";
    static final String WRITER = "w";
    static final String VALUE = "v";

    /** Adds entries, all or none, unless a delivery of this id was added before. */
    private static final Script APPEND = new Script("""
            local known = KEYS[3] .. ARGV[1]
            if ARGV[1] ~= '' and redis.call('EXISTS', known) == 1 then
              return {0, 0}
            end
            local n = 0
            for i = 5, #ARGV do
              n = redis.call('INCR', KEYS[2])
              redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[3], '*', 'n', n, 'w', ARGV[4], 'v', ARGV[i])
            end
            if ARGV[1] ~= '' then
              redis.call('SET', known, '1', 'PX', ARGV[2])
            end
            return {1, n}
            """);

    private final BoundedRedis redis;
    private final Keys keys;
    private final String name;
    private final String replica;
    private final byte[] stream;
    private final byte[] counter;
    private final byte[] deliveries;
    private final int length;
    private final Duration memory;
    private final AtomicLong highest = new AtomicLong();

    /**
     * @param name the name of the stream
     * @param replica the replica that writes
     * @param length the approximate number of entries that are kept
     * @param memory how long ids of deliveries are kept
     */
    SharedLog(BoundedRedis redis, Keys keys, String name, String replica, int length, Duration memory) {
        this.redis = redis;
        this.keys = keys;
        this.name = name;
        this.replica = replica;
        this.stream = keys.common(name);
        this.counter = keys.common(name + "-count");
        this.deliveries = keys.common(name + "-delivery:");
        this.length = length;
        this.memory = memory;
    }

    String name() {
        return name;
    }

    byte[] stream() {
        return stream;
    }

    /**
     * Adds entries and waits until they are in the stream.
     *
     * @param delivery distinguishes deliveries; empty if the entries belong to no delivery
     * @return whether they were added, or {@code false} if the delivery was added before; empty if Redis did not respond
     */
    Optional<Boolean> append(String delivery, List<byte[]> values) {
        return redis.callWhileSuspended(appending(delivery, values)).map(reply -> {
            highest.accumulateAndGet((Long) reply.get(1), Math::max);
            return (Long) reply.get(0) == 1;
        });
    }

    /** Adds an entry and waits until it is in the stream, unless commands are suspended. Returns whether it is. */
    boolean add(byte[] value) {
        return redis.call(appending("", List.of(value))).isPresent();
    }

    /** The number of the last entry that this replica has added and waited for. */
    long highest() {
        return highest.get();
    }

    /** Redis has lost the last entries. */
    void truncated(long number) {
        highest.set(number);
    }

    /** The key of the last entry's number. */
    byte[] counter() {
        return counter;
    }

    /**
     * Adds an entry without waiting.
     *
     * @param ifFailed runs if it cannot be added
     */
    void send(byte[] value, Runnable ifFailed) {
        redis.send(appending("", List.of(value)), ifFailed);
    }

    private Command<List<Object>> appending(String delivery, List<byte[]> values) {
        List<byte[]> arguments = new ArrayList<>();
        arguments.add(Script.bytes(delivery));
        arguments.add(Script.bytes(memory.toMillis()));
        arguments.add(Script.bytes(length));
        arguments.add(Script.bytes(replica));
        values.forEach(value -> arguments.add(keys.sealed(stream, value)));
        byte[][] array = arguments.toArray(byte[][]::new);
        return commands -> APPEND.run(commands, List.of(stream, counter, deliveries), array);
    }

    /** The value of an entry; {@code null} if its authentication code is wrong. */
    byte @org.jspecify.annotations.Nullable [] open(byte[] value) {
        return keys.unsealed(stream, value);
    }
}

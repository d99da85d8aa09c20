package io.scopeguard.redis;

import io.scopeguard.time.SteadyClock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/** The running replicas, and whether Redis still has its records. Used by one thread. */
final class Presence {

    /** A replica without a heartbeat for this time has stopped. */
    private static final Duration GONE = Duration.ofSeconds(10);

    private static final long LONGEST_TOKEN_LIFE = TimeUnit.HOURS.toMicros(24);

    /** Counts the replicas, and returns the name of the records: another name means that Redis has lost them. */
    private static final Script BEAT = new Script("""
            redis.call('ZADD', KEYS[1], str(now), ARGV[1])
            redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', str(now - tonumber(ARGV[2])))
            local memory = redis.call('HGET', KEYS[2], 'memory')
            if not memory then
              memory = ARGV[3]
              redis.call('HSET', KEYS[2], 'memory', memory)
            end
            if ARGV[4] == '1' then
              redis.call('HSET', KEYS[2], 'lost', str(now))
            end
            return {now, redis.call('ZCARD', KEYS[1]), memory, tonumber(redis.call('HGET', KEYS[2], 'lost') or '0')}
            """);

    private static final Script LEAVE = new Script("return {redis.call('ZREM', KEYS[1], ARGV[1])}");

    private final BoundedRedis redis;
    private final SteadyClock clock;
    private final ServerClock server;
    private final byte[] replica;
    private final byte[] replicas;
    private final byte[] epoch;
    private String memory = "";
    private long lostAt;
    private boolean mustReport;

    Presence(BoundedRedis redis, Keys keys, SteadyClock clock, ServerClock server, String replica) {
        this.redis = redis;
        this.clock = clock;
        this.server = server;
        this.replica = Script.bytes(replica);
        this.replicas = keys.common("replicas");
        this.epoch = keys.common("memory");
    }

    /**
     * The result of a heartbeat.
     *
     * @param replicas the number of running replicas
     * @param isFirst whether it is the first of this replica
     * @param hasLostMemory whether Redis has lost its records
     * @param isLossReported whether another replica has reported a loss, now or within the longest lifetime of a token
     */
    record Beat(int replicas, boolean isFirst, boolean hasLostMemory, boolean isLossReported) {}

    /** Records that this replica is running; empty if Redis does not respond. */
    Optional<Beat> beat() {
        long sent = clock.nanos();
        byte[] fresh = Script.bytes(UUID.randomUUID().toString());
        byte[] report = Script.flag(mustReport);
        return redis.probe(commands -> BEAT.run(
                        commands,
                        List.of(replicas, epoch),
                        replica,
                        Script.bytes(TimeUnit.MILLISECONDS.toMicros(GONE.toMillis())),
                        fresh,
                        report))
                .map(reply -> beat(reply, sent, clock.nanos()));
    }

    private Beat beat(List<Object> reply, long sent, long received) {
        long now = (Long) reply.get(0);
        server.learn(now, sent, received);
        String found = new String((byte[]) reply.get(2), java.nio.charset.StandardCharsets.UTF_8);
        long lost = (Long) reply.get(3);
        boolean isFirst = memory.isEmpty();
        boolean isChanged = !isFirst && !memory.equals(found);
        boolean isReported = lost != lostAt && now - lost < LONGEST_TOKEN_LIFE;
        memory = found;
        lostAt = lost;
        mustReport = isChanged;
        return new Beat(((Long) reply.get(1)).intValue(), isFirst, isChanged, isReported && !isChanged);
    }

    /** Records that this replica stops. */
    void leave() {
        redis.ask(commands -> LEAVE.run(commands, List.of(replicas), replica));
    }
}

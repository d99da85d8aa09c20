package io.scopeguard.redis;

import io.scopeguard.provider.ProviderClock;
import io.scopeguard.provider.ProviderClock.Bounds;
import io.scopeguard.redis.ServerClock.SharedBounds;
import io.scopeguard.time.SteadyClock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * The running replicas, whether Redis still has its records, and the bounds of the provider's clock that the replicas have found
 * together. Used by one thread at a time.
 */
final class Presence {

    /** A replica without a heartbeat for this time has stopped. */
    private static final Duration GONE = Duration.ofSeconds(10);

    private static final long LONGEST_TOKEN_LIFE = TimeUnit.HOURS.toMicros(24);

    /**
     * Counts the replicas, and returns the name of the records: another name means that Redis has lost them. If this
     * replica's last heartbeat or its last change is missing, another server has taken over, which lacks the last writes. Joins the
     * bounds of the provider's time with those that other replicas have sent, which become wider as time passes. If they contradict
     * each other, the provider's later answer is right, but a replica relies on it only after it has received that answer itself.
     */
    private static final Script BEAT = new Script("""
            local before = tonumber(redis.call('ZSCORE', KEYS[1], ARGV[1]) or '0')
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
            local least, most, answered = tonumber(ARGV[5]), tonumber(ARGV[6]), math.min(tonumber(ARGV[7]), now)
            if ARGV[9] == '1' then
              redis.call('HDEL', KEYS[2], 'least', 'most', 'answered', 'at')
            end
            local clock = redis.call('HMGET', KEYS[2], 'least', 'most', 'answered', 'at')
            if clock[1] then
              local drift = math.ceil(math.max(now - tonumber(clock[4]), 0) / tonumber(ARGV[8]))
              local low, high, last = tonumber(clock[1]) - drift, tonumber(clock[2]) + drift, tonumber(clock[3])
              if answered > 0 and math.max(low, least) <= math.min(high, most) then
                least, most, answered = math.max(low, least), math.min(high, most), math.max(last, answered)
              elseif last > answered then
                least, most, answered = low, high, last
              end
            end
            if answered > 0 then
              redis.call('HSET', KEYS[2], 'least', str(least), 'most', str(most), 'answered', str(answered), 'at', str(now))
            end
            return {now, redis.call('ZCARD', KEYS[1]), memory, tonumber(redis.call('HGET', KEYS[2], 'lost') or '0'),
              least, most, answered, before, tonumber(redis.call('GET', KEYS[3]) or '0')}
            """);

    private static final Script LEAVE = new Script("return {redis.call('ZREM', KEYS[1], ARGV[1])}");

    private final BoundedRedis redis;
    private final SteadyClock clock;
    private final ServerClock server;
    private final ProviderClock provider;
    private final byte[] replica;
    private final byte[] replicas;
    private final byte[] epoch;
    private final SharedLog changes;
    private String memory = "";
    private long lastBeat;
    private long lostAt;
    private boolean mustReport;
    private boolean mustForgetBounds;

    /** @param changes the stream of changes */
    Presence(
            BoundedRedis redis,
            Keys keys,
            ProviderClock provider,
            ServerClock server,
            SharedLog changes,
            String replica) {
        this.redis = redis;
        this.clock = provider.steady();
        this.provider = provider;
        this.server = server;
        this.changes = changes;
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
     * @param isLossReported whether a loss was reported since the last heartbeat; at the first heartbeat, within the longest
     *     lifetime of a token
     */
    record Beat(int replicas, boolean isFirst, boolean hasLostMemory, boolean isLossReported) {}

    /** Records that this replica is running; empty if Redis does not respond. */
    Optional<Beat> beat() {
        long sent = clock.nanos();
        byte[] fresh = Script.bytes(UUID.randomUUID().toString());
        byte[] report = Script.flag(mustReport);
        Bounds learned = provider.bounds();
        SharedBounds known =
                learned == null ? SharedBounds.NONE : server.offset().shared(learned);
        long change = changes.highest();
        return redis.probe(commands -> BEAT.run(
                        commands,
                        List.of(replicas, epoch, changes.counter()),
                        replica,
                        Script.bytes(TimeUnit.MILLISECONDS.toMicros(GONE.toMillis())),
                        fresh,
                        report,
                        Script.bytes(known.least()),
                        Script.bytes(known.most()),
                        Script.bytes(known.answeredAt()),
                        Script.bytes(ServerClock.DRIFT),
                        Script.flag(mustForgetBounds)))
                .map(reply -> beat(reply, sent, clock.nanos(), change));
    }

    private Beat beat(List<Object> reply, long sent, long received, long change) {
        long now = (Long) reply.get(0);
        // The bounds are those of a clock that was set meanwhile, or of another server's.
        mustForgetBounds = server.learn(now, sent, received);
        SharedBounds shared = new SharedBounds((Long) reply.get(4), (Long) reply.get(5), (Long) reply.get(6));
        if (!mustForgetBounds && !shared.equals(SharedBounds.NONE)) {
            provider.narrow(server.offset().bounds(shared));
        }
        String found = new String((byte[]) reply.get(2), java.nio.charset.StandardCharsets.UTF_8);
        long lost = (Long) reply.get(3);
        boolean isFirst = memory.isEmpty();
        boolean isBehind = isBehind(now, (Long) reply.get(7), (Long) reply.get(8), change);
        boolean isChanged = !isFirst && (isBehind || !memory.equals(found));
        boolean isReported = lost != lostAt && now - lost < LONGEST_TOKEN_LIFE;
        memory = found;
        lostAt = lost;
        mustReport = isChanged;
        return new Beat(((Long) reply.get(1)).intValue(), isFirst, isChanged, isReported && !isChanged);
    }

    /**
     * Whether Redis lacks this replica's last heartbeat, unless that is so old that it may have been removed, or its last change.
     */
    private boolean isBehind(long now, long beatBefore, long lastChange, long knownChange) {
        boolean isRecent = now - lastBeat < TimeUnit.MILLISECONDS.toMicros(GONE.toMillis());
        boolean isBehind = (isRecent && beatBefore < lastBeat) || lastChange < knownChange;
        lastBeat = now;
        if (lastChange < knownChange) {
            changes.truncated(lastChange);
        }
        return isBehind;
    }

    /** Records that this replica stops. */
    void leave() {
        // The next heartbeat, if there is one, must not take this one for lost.
        lastBeat = 0;
        redis.call(commands -> LEAVE.run(commands, List.of(replicas), replica));
    }
}

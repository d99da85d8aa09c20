package io.scopeguard.redis;

import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.TimeMeter;
import io.github.bucket4j.TokensInheritanceStrategy;
import io.github.bucket4j.distributed.ExpirationAfterWriteStrategy;
import io.github.bucket4j.redis.lettuce.Bucket4jLettuce.LettuceBasedProxyManagerBuilder;
import io.github.bucket4j.redis.lettuce.RedisApi;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.scopeguard.provider.CallBudget;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The calls of all replicas, counted by a bucket in Redis, by the clock of Redis. If replicas have different limits, that of the
 * replica which began last applies to all. While Redis does not respond, each replica counts its own calls and uses its part of the
 * limit: the limit divided by the last known number of replicas. Thread-safe.
 */
final class SharedTokens implements CallBudget.Tokens {

    private static final Logger log = LoggerFactory.getLogger(SharedTokens.class);

    private static final Duration REFILL = Duration.ofMinutes(1);

    private final BoundedRedis redis;
    private final byte[] key;
    private final int calls;
    private final Duration timeout;
    private final Supplier<@Nullable ServerClock> server;
    private final IntSupplier replicas;
    private volatile @Nullable Shared shared;
    private volatile boolean isAgreed;
    private volatile Part part = new Part(
            0,
            Bucket.builder()
                    .addLimit(limit -> limit.capacity(1).refillGreedy(1, REFILL))
                    .build());

    /** The bucket in Redis, over a connection. */
    private record Shared(RedisClusterAsyncCommands<byte[], byte[]> commands, Bucket bucket) {}

    /** The part of one replica. */
    private record Part(int replicas, Bucket bucket) {}

    /**
     * @param calls the maximum number of calls per second of all replicas
     * @param server the clock of Redis, or {@code null} while it is unknown
     * @param replicas the last known number of replicas
     */
    SharedTokens(
            BoundedRedis redis,
            Keys keys,
            int calls,
            SharingSettings settings,
            Supplier<@Nullable ServerClock> server,
            IntSupplier replicas) {
        this.redis = redis;
        this.key = keys.common("budget");
        this.calls = calls;
        this.timeout = settings.timeout();
        this.server = server;
        this.replicas = replicas;
    }

    @Override
    public <T> T use(CallBudget.Operation<T> operation) throws InterruptedException {
        Bucket bucket = redis.isReachable() ? shared() : null;
        if (bucket != null) {
            try {
                agreeOnLimit(bucket);
                return operation.on(bucket);
            } catch (RuntimeException e) {
                // Bucket4j throws its own exceptions and those of Lettuce.
                redis.suspect(e);
            }
        }
        return operation.on(part());
    }

    private @Nullable Bucket shared() {
        Shared known = shared;
        RedisClusterAsyncCommands<byte[], byte[]> commands = redis.commands();
        if (known != null && known.commands.equals(commands)) {
            return known.bucket;
        }
        ServerClock clock = server.get();
        if (commands == null || clock == null) {
            return null;
        }
        Bucket fresh = new LettuceBasedProxyManagerBuilder<>(new Counted<>(redis, commands))
                .requestTimeout(timeout)
                .clientClock(new TimeOf(clock))
                .expirationAfterWrite(ExpirationAfterWriteStrategy.basedOnTimeForRefillingBucketUpToMax(REFILL))
                .build()
                .getProxy(key, this::configuration);
        shared = new Shared(commands, fresh);
        return fresh;
    }

    /** Whoever created the bucket determined its limit. */
    private void agreeOnLimit(Bucket bucket) {
        if (isAgreed) {
            return;
        }
        BucketConfiguration wanted = configuration();
        BucketConfiguration found = bucket.asVerbose().getAvailableTokens().getConfiguration();
        if (!found.equalsByContent(wanted)) {
            bucket.replaceConfiguration(wanted, TokensInheritanceStrategy.PROPORTIONALLY);
            log.warn(
                    "Other replicas made up to {} calls per second together. From now on it is {}, the calls-per-second of this"
                            + " replica. Set the same value for all applications that share the budget.",
                    found.getBandwidths()[0].getRefillTokens(),
                    calls);
        }
        isAgreed = true;
    }

    /** The clocks of replicas differ, and a bucket is not refilled until the latest of them. */
    private record TimeOf(ServerClock server) implements TimeMeter {

        @Override
        public long currentTimeNanos() {
            return TimeUnit.MICROSECONDS.toNanos(server.micros());
        }

        @Override
        public boolean isWallClockBased() {
            return true;
        }
    }

    /**
     * Bucket4j's commands.
     *
     * @param <K> type of the keys; generic, since Bucket4j passes an array of objects
     */
    private record Counted<K>(BoundedRedis redis, RedisClusterAsyncCommands<K, byte[]> commands)
            implements RedisApi<K> {

        @Override
        public <V> RedisFuture<V> eval(String script, ScriptOutputType type, K[] keys, byte[][] arguments) {
            return redis.counted(() -> commands.eval(script, type, keys, arguments));
        }

        @Override
        public RedisFuture<byte[]> get(K key) {
            return redis.counted(() -> commands.get(key));
        }

        @Override
        @SuppressWarnings("unchecked")
        public RedisFuture<?> delete(K key) {
            return redis.counted(() -> commands.del(key));
        }
    }

    private BucketConfiguration configuration() {
        return BucketConfiguration.builder()
                .addLimit(Bandwidth.builder()
                        .capacity(CallBudget.burst(calls))
                        .refillGreedy(calls, Duration.ofSeconds(1))
                        .build())
                .build();
    }

    /** The share of this replica. Its burst is at most one second of calls, because the other replicas have a burst too. */
    private Bucket part() {
        int count = Math.max(replicas.getAsInt(), 1);
        Part known = part;
        if (known.replicas == count) {
            return known.bucket;
        }
        Bucket bucket = Bucket.builder()
                .addLimit(limit ->
                        limit.capacity(Math.max(calls / count, 1)).refillGreedy(calls, Duration.ofSeconds(count)))
                .build();
        part = new Part(count, bucket);
        return bucket;
    }
}

package io.scopeguard.redis;

import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.distributed.ExpirationAfterWriteStrategy;
import io.github.bucket4j.distributed.proxy.ProxyManager;
import io.github.bucket4j.redis.lettuce.Bucket4jLettuce;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.cluster.api.async.RedisAdvancedClusterAsyncCommands;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.scopeguard.provider.CallBudget;
import java.time.Duration;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The calls of all replicas, counted by a bucket in Redis. While Redis does not respond, each replica counts its own calls and uses
 * its part of the limit: the limit divided by the last known number of replicas. Thread-safe.
 */
final class SharedTokens implements CallBudget.Tokens {

    private static final Duration REFILL = Duration.ofMinutes(1);

    private final BoundedRedis redis;
    private final byte[] key;
    private final int calls;
    private final Duration timeout;
    private final IntSupplier replicas;
    private volatile @Nullable Bucket shared;
    private volatile Part part = new Part(
            0,
            Bucket.builder()
                    .addLimit(limit -> limit.capacity(1).refillGreedy(1, REFILL))
                    .build());

    /** The part of one replica. */
    private record Part(int replicas, Bucket bucket) {}

    /**
     * @param calls the maximum number of calls per second of all replicas
     * @param replicas the last known number of replicas
     */
    SharedTokens(BoundedRedis redis, Keys keys, int calls, SharingSettings settings, IntSupplier replicas) {
        this.redis = redis;
        this.key = keys.common("budget-" + calls);
        this.calls = calls;
        this.timeout = settings.timeout();
        this.replicas = replicas;
    }

    @Override
    public <T> T use(CallBudget.Operation<T> operation) throws InterruptedException {
        Bucket bucket = redis.isReachable() ? shared() : null;
        if (bucket != null) {
            try {
                return operation.on(bucket);
            } catch (RuntimeException e) {
                // Bucket4j throws its own exceptions and those of Lettuce.
                redis.failed(e);
            }
        }
        return operation.on(part());
    }

    private @Nullable Bucket shared() {
        Bucket known = shared;
        RedisClusterAsyncCommands<byte[], byte[]> commands = redis.commands();
        if (known != null || commands == null) {
            return known;
        }
        ProxyManager<byte[]> manager = manager(commands);
        Bucket fresh = manager == null ? null : manager.getProxy(key, this::configuration);
        shared = fresh;
        return fresh;
    }

    private @Nullable ProxyManager<byte[]> manager(RedisClusterAsyncCommands<byte[], byte[]> commands) {
        if (commands instanceof RedisAdvancedClusterAsyncCommands<byte[], byte[]> cluster) {
            return configured(Bucket4jLettuce.casBasedBuilder(cluster));
        }
        return commands instanceof RedisAsyncCommands<byte[], byte[]> single
                ? configured(Bucket4jLettuce.casBasedBuilder(single))
                : null;
    }

    private ProxyManager<byte[]> configured(Bucket4jLettuce.LettuceBasedProxyManagerBuilder<byte[]> builder) {
        return builder.requestTimeout(timeout)
                .expirationAfterWrite(ExpirationAfterWriteStrategy.basedOnTimeForRefillingBucketUpToMax(REFILL))
                .build();
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

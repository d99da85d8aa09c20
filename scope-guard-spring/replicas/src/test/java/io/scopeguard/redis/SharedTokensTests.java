package io.scopeguard.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.springframework.data.redis.connection.lettuce.LettuceConnection;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/** One budget for all replicas, and the part of each while Redis is away. */
class SharedTokensTests {

    private static final SharingSettings SETTINGS = Replica.settings(null);
    private static final Keys KEYS = Keys.of(SETTINGS, "company", "tenant");

    private final AtomicInteger replicas = new AtomicInteger(4);

    @Test
    void useWhenRedisAnswersThenAllReplicasTakeFromOneBucket() throws Exception {
        try (TestRedis redis = new TestRedis()) {
            LettuceConnectionFactory factory = redis.connections();
            SharedTokens first = tokens(reachable(factory), 2);
            SharedTokens second = tokens(reachable(factory), 2);

            assertThat(second.<Boolean>use(bucket -> bucket.tryConsume(1))).isTrue();
            first.<Long>use(bucket -> bucket.consumeIgnoringRateLimits(10_000));

            assertThat(second.<Boolean>use(bucket -> bucket.tryConsume(1))).isFalse();
            factory.destroy();
        }
    }

    @Test
    void useWhenRedisIsAwayThenEachReplicaUsesItsPart() throws Exception {
        SharedTokens tokens = tokens(unreachable(), 20);

        assertThat(tokens.<Boolean>use(bucket -> bucket.tryConsume(6))).isFalse();
        assertThat(tokens.<Boolean>use(bucket -> bucket.tryConsume(5))).isTrue();

        replicas.set(1);
        assertThat(tokens.<Boolean>use(bucket -> bucket.tryConsume(20))).isTrue();
    }

    @Test
    void useWhenThereAreMoreReplicasThanCallsThenEachMayStillCallNowAndThen() throws Exception {
        replicas.set(50);
        SharedTokens tokens = tokens(unreachable(), 5);

        assertThat(tokens.<Boolean>use(bucket -> bucket.tryConsume(2))).isFalse();
        assertThat(tokens.<Boolean>use(bucket -> bucket.tryConsume(1))).isTrue();
    }

    @Test
    void useWhenRedisAnswersThenItsCommandsAreCounted() throws Exception {
        Replica.Events events = new Replica.Events();
        try (TestRedis server = new TestRedis()) {
            LettuceConnectionFactory factory = server.connections();
            BoundedRedis redis = new BoundedRedis(() -> Replica.commands(factory), SETTINGS, events);
            assertThat(redis.probe(RedisClusterAsyncCommands::dbsize)).isPresent();
            SharedTokens tokens = tokens(redis, 20);
            tokens.<Boolean>use(bucket -> bucket.tryConsume(1));
            int before = events.commands();

            assertThat(tokens.<Boolean>use(bucket -> bucket.tryConsume(1))).isTrue();

            // Bucket4j gets the state of the bucket, and changes it if nobody else has.
            await().atMost(Replica.PATIENCE).until(() -> events.commands() - before >= 2);
            tokens.<Long>use(bucket -> bucket.estimateAbilityToConsume(1).getNanosToWaitForRefill());
            await().atMost(Replica.PATIENCE).until(() -> events.commands() - before >= 3);
            assertThat(events.commands).containsOnlyKeys("ok");
            factory.destroy();
        }
    }

    private SharedTokens tokens(BoundedRedis redis, int calls) {
        return new SharedTokens(redis, KEYS, calls, SETTINGS, replicas::get);
    }

    private static BoundedRedis reachable(LettuceConnectionFactory factory) {
        BoundedRedis redis = redis(() -> ((LettuceConnection) factory.getConnection()).getNativeConnection());
        assertThat(redis.probe(commands -> commands.get(new byte[] {1}).thenApply(none -> true)))
                .contains(true);
        return redis;
    }

    private static BoundedRedis unreachable() {
        return redis(() -> {
            throw new IllegalStateException("There is no Redis.");
        });
    }

    private static BoundedRedis redis(Supplier<RedisClusterAsyncCommands<byte[], byte[]>> connecting) {
        return new BoundedRedis(connecting, SETTINGS, SharingListener.none());
    }
}

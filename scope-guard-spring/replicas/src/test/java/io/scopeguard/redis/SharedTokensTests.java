package io.scopeguard.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.scopeguard.provider.CallBudget;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.time.SteadyClock;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.data.redis.connection.lettuce.LettuceConnection;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/** One budget for all replicas, and the part of each while Redis is away. */
class SharedTokensTests {

    private static final SharingSettings SETTINGS = Replica.settings(null);
    private static final Keys KEYS = Keys.of(SETTINGS, "company", "tenant");

    private final AtomicInteger replicas = new AtomicInteger(4);
    private final MovableClock clockOfRedis = MovableClock.atNoon();
    private @Nullable ServerClock server = measured(clockOfRedis);

    private static ServerClock measured(MovableClock clock) {
        SteadyClock steady = clock.steady();
        ServerClock server = new ServerClock(steady);
        long micros = TimeUnit.MILLISECONDS.toMicros(clock.instant().toEpochMilli());
        server.learn(micros, steady.nanos(), steady.nanos());
        return server;
    }

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

    /** The clocks of replicas differ by any time. */
    @Test
    void useWhenTheClockOfRedisAdvancesThenRefilled() throws Exception {
        try (TestRedis redis = new TestRedis()) {
            LettuceConnectionFactory factory = redis.connections();
            SharedTokens tokens = tokens(reachable(factory), 2);
            tokens.<Long>use(bucket -> bucket.consumeIgnoringRateLimits(10_000));
            assertThat(tokens.<Boolean>use(bucket -> bucket.tryConsume(1))).isFalse();

            clockOfRedis.advance(Duration.ofHours(2));

            assertThat(tokens.<Boolean>use(bucket -> bucket.tryConsume(1))).isTrue();
            factory.destroy();
        }
    }

    @Test
    void useWhenTheClockOfRedisIsUnknownThenTheReplicaUsesItsPart() throws Exception {
        server = null;
        try (TestRedis redis = new TestRedis()) {
            LettuceConnectionFactory factory = redis.connections();
            SharedTokens tokens = tokens(reachable(factory), 20);

            assertThat(tokens.<Boolean>use(bucket -> bucket.tryConsume(6))).isFalse();
            assertThat(tokens.<Boolean>use(bucket -> bucket.tryConsume(5))).isTrue();
            factory.destroy();
        }
    }

    /** As during an update that changes the setting. */
    @ParameterizedTest
    @CsvSource({"2, 4", "4, 2"})
    void useWhenReplicasHaveDifferentLimitsThenThatOfTheLastAppliesToAll(int earlier, int later) throws Exception {
        try (TestRedis redis = new TestRedis()) {
            LettuceConnectionFactory factory = redis.connections();
            SharedTokens first = tokens(reachable(factory), earlier);
            assertThat(capacity(first)).isEqualTo(CallBudget.burst(earlier));
            SharedTokens second = tokens(reachable(factory), later);

            assertThat(capacity(second)).isEqualTo(CallBudget.burst(later));

            assertThat(capacity(first)).isEqualTo(CallBudget.burst(later));
            first.<Long>use(bucket -> bucket.consumeIgnoringRateLimits(10_000));
            assertThat(second.<Boolean>use(bucket -> bucket.tryConsume(1))).isFalse();
            factory.destroy();
        }
    }

    private static long capacity(SharedTokens tokens) throws InterruptedException {
        return tokens.<Long>use(bucket -> bucket.asVerbose()
                .getAvailableTokens()
                .getConfiguration()
                .getBandwidths()[0]
                .getCapacity());
    }

    @Test
    void useWhenTheConnectionWasReplacedThenStillOneBucket() throws Exception {
        try (TestRedis server = new TestRedis()) {
            LettuceConnectionFactory factory = server.connections();
            BoundedRedis redis = reachable(factory);
            SharedTokens first = tokens(redis, 20);
            first.<Boolean>use(bucket -> bucket.tryConsume(1));
            factory.resetConnection();
            await().atMost(Replica.PATIENCE)
                    .until(() -> redis.probe(RedisClusterAsyncCommands::dbsize).isPresent() && redis.isReachable());
            SharedTokens second = tokens(redis, 20);

            second.<Long>use(bucket -> bucket.consumeIgnoringRateLimits(10_000));

            assertThat(first.<Boolean>use(bucket -> bucket.tryConsume(1))).isFalse();
            assertThat(redis.isReachable()).isTrue();
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
        return new SharedTokens(redis, KEYS, calls, SETTINGS, () -> server, replicas::get);
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

package io.scopeguard.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.scopeguard.permission.fact.FactHistory;
import io.scopeguard.provider.Standing;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.time.SteadyClock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import tools.jackson.core.type.TypeReference;

class SharedHistoriesTests {

    @Test
    void readWhenWrittenThenTheSame() {
        FactHistory history = new FactHistory(
                Standing.ACTIVE,
                Set.of("reader"),
                5,
                3,
                4,
                List.of(new FactHistory.Gain("reader", Long.MIN_VALUE, 3)),
                List.of(new FactHistory.Loss("\n", 1, 2, 3, 4)),
                true);

        assertThat(SharedJson.read(SharedJson.write(history), new TypeReference<FactHistory>() {}))
                .isEqualTo(history);
    }

    @Test
    void recallWhenTheClocksAreUncertainThenTheReadIsNotDatedLater() {
        MovableClock wall = MovableClock.atNoon();
        SteadyClock clock = wall.steady();
        ServerClock writing = new ServerClock(clock);
        ServerClock reading = new ServerClock(clock);
        // The server has our time. It read its clock when it had the command for long, and when it had just received
        // it.
        writing.learn(micros(100), millis(0), millis(100));
        reading.learn(micros(0), millis(0), millis(100));
        // Later than the history, which would not be taken otherwise.
        wall.advance(Duration.ofSeconds(2));
        FactHistory kept = new FactHistory(
                Standing.ACTIVE, Set.of("reader"), millis(1000), millis(300), millis(500), List.of(), List.of(), true);
        try (TestRedis server = new TestRedis()) {
            LettuceConnectionFactory connections = server.connections();
            BoundedRedis redis = Replica.bounded(connections);

            histories(redis, writing).share("alice", kept);
            SharedHistories histories = histories(redis, reading);
            FactHistory recalled = await().atMost(Replica.PATIENCE)
                    .until(() -> histories.recall(List.of("alice")).get("alice"), Objects::nonNull);

            assertThat(recalled.readAt()).isLessThanOrEqualTo(kept.readAt());
            assertThat(recalled.brokenAt() - recalled.firstEnd()).isEqualTo(kept.brokenAt() - kept.firstEnd());
            assertThat(recalled.readAt() - recalled.firstEnd()).isEqualTo(kept.readAt() - kept.firstEnd());
            connections.destroy();
        }
    }

    @Test
    void recallWhenTheHistoryIsOfTheFutureThenNotTaken() {
        MovableClock wall = MovableClock.atNoon();
        ServerClock time = new ServerClock(wall.steady());
        long hour = TimeUnit.HOURS.toNanos(1);
        FactHistory future =
                new FactHistory(Standing.ACTIVE, Set.of("reader"), hour, hour, hour, List.of(), List.of(), true);
        try (TestRedis server = new TestRedis()) {
            LettuceConnectionFactory connections = server.connections();
            BoundedRedis redis = Replica.bounded(connections);
            SharedHistories histories = histories(redis, time);
            histories.share("alice", future);
            histories.share("bob", future);
            await().atMost(Replica.PATIENCE)
                    .until(() -> redis.probe(RedisClusterAsyncCommands::dbsize).orElse(0L) == 2);
            assertThat(histories.recall(List.of("alice"))).isEmpty();

            wall.advance(Duration.ofHours(2));

            assertThat(histories.recall(List.of("alice"))).containsKey("alice");
            connections.destroy();
        }
    }

    @Test
    void shareWhenTheHistoryInRedisIsOfTheFutureThenReplaced() {
        SteadyClock clock = SteadyClock.system();
        try (TestRedis server = new TestRedis()) {
            LettuceConnectionFactory connections = server.connections();
            BoundedRedis redis = Replica.bounded(connections);
            SharedHistories histories = histories(redis, new ServerClock(clock));
            histories.share("alice", readAt(clock.nanos() + TimeUnit.HOURS.toNanos(1)));
            histories.share("alice", readAt(clock.nanos()));

            await().atMost(Replica.PATIENCE)
                    .until(() -> histories.recall(List.of("alice")).containsKey("alice"));
            connections.destroy();
        }
    }

    private static SharedHistories histories(BoundedRedis redis, ServerClock server) {
        SharingSettings settings = Replica.settings(null);
        Keys keys = Keys.of(settings, "company", "tenant");
        return new SharedHistories(
                redis, keys, server, new AnswerStore(redis, keys, server, settings), settings.keptFor());
    }

    private static FactHistory readAt(long time) {
        return new FactHistory(Standing.ACTIVE, Set.of("reader"), time, time, time, List.of(), List.of(), true);
    }

    private static long millis(long millis) {
        return TimeUnit.MILLISECONDS.toNanos(millis);
    }

    private static long micros(long millis) {
        return TimeUnit.MILLISECONDS.toMicros(millis);
    }
}

package io.scopeguard.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.provider.ProviderClock;
import io.scopeguard.provider.ProviderClock.Bounds;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.time.SteadyClock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.data.redis.connection.RedisConnection;

/** The bounds of the provider's clock that two replicas exchange. The provider has the time of our wall clock. */
class PresenceTests {

    private final MovableClock wall = MovableClock.atNoon();
    private final MovableClock ofRedis = MovableClock.atNoon();
    private final TestRedis redis = new TestRedis();
    private final List<TimedConnections> connections = new ArrayList<>();
    private final List<SharedLog> logs = new ArrayList<>();
    private final SteadyClock steady = wall.steady();
    private final ProviderClock first = new ProviderClock(steady);
    private final ProviderClock second = new ProviderClock(steady);
    private final Presence firstPresence = presence("first", first);
    private final Presence secondPresence = presence("second", second);

    @AfterEach
    void close() {
        connections.forEach(TimedConnections::destroy);
        redis.close();
    }

    @Test
    void beatWhenOneReplicaKnowsMoreThenBothKnowIt() {
        pass(999);
        learn(first);
        pass(2);
        learn(second);

        // The first heartbeats measure the clock of Redis. A heartbeat receives only the bounds that were sent before
        // it.
        beat();
        beat();
        beat();

        assertThat(width(first)).isLessThan(Duration.ofMillis(20));
        assertThat(width(second)).isLessThan(Duration.ofMillis(20));
        assertThat(isRight(first) && isRight(second)).isTrue();
    }

    /** Redis replicates a moment later than it responds. */
    @Test
    void beatWhenAnotherServerTakesOverThatLacksHeartbeatsThenRecordsAreLost() {
        beat();
        beat();
        assertThat(hasLostMemory()).isFalse();

        set("ZADD", "}replicas", "1", "first");

        assertThat(hasLostMemory()).isTrue();
        assertThat(hasLostMemory()).isFalse();
    }

    /** As when a context is stopped and started again. */
    @Test
    void beatWhenTheReplicaHasLeftThenNothingIsLost() {
        beat();
        beat();

        firstPresence.leave();

        assertThat(secondPresence.beat().orElseThrow().replicas()).isEqualTo(1);
        assertThat(hasLostMemory()).isFalse();
        assertThat(secondPresence.beat().orElseThrow().replicas()).isEqualTo(2);
    }

    @Test
    void beatWhenAnotherServerTakesOverThatLacksAChangeThenRecordsAreLost() {
        beat();
        assertThat(logs.get(0).append("delivery", List.of(new byte[] {1}))).contains(true);
        assertThat(logs.get(0).append("another", List.of(new byte[] {2}))).contains(true);
        assertThat(hasLostMemory()).isFalse();

        set("DECR", "changes-count");

        assertThat(hasLostMemory()).isTrue();
        assertThat(hasLostMemory()).isFalse();
    }

    /** Bounds by a clock that was set since then would exclude the right time. */
    @ParameterizedTest
    @CsvSource({"1,300", "999,-300"})
    void beatWhenTheClockOfRedisIsSetThenTheBoundsStayRight(int millisOfTheSecond, int step) {
        pass(millisOfTheSecond);
        learn(first);
        learn(second);
        beat();
        beat();

        ofRedis.set(ofRedis.instant().plusMillis(step));
        for (int i = 0; i < 5; i++) {
            beat();
            assertThat(isRight(first)).as("first, after heartbeat " + i).isTrue();
            assertThat(isRight(second)).as("second, after heartbeat " + i).isTrue();
        }
    }

    private Presence presence(String name, ProviderClock provider) {
        TimedConnections made = new TimedConnections(redis, ofRedis, Duration.ZERO);
        connections.add(made);
        BoundedRedis bounded = Replica.bounded(made);
        Keys keys = Keys.of(Replica.settings(null), "company", "tenant");
        SharedLog changes = new ChangeStream(bounded, keys, name).log();
        logs.add(changes);
        return new Presence(bounded, keys, provider, new ServerClock(steady), changes, name);
    }

    /** Sets what Redis has counted. */
    private void set(String command, String key, String... rest) {
        try (RedisConnection connection = connections.get(0).getConnection()) {
            byte[] found = connection
                    .keyCommands()
                    .keys(("*" + key).getBytes(UTF_8))
                    .iterator()
                    .next();
            byte[][] arguments = Stream.concat(Stream.of(found), Stream.of(rest).map(each -> each.getBytes(UTF_8)))
                    .toArray(byte[][]::new);
            connection.execute(command, arguments);
        }
    }

    private boolean hasLostMemory() {
        return firstPresence.beat().orElseThrow().hasLostMemory();
    }

    private void pass(int millis) {
        wall.advance(Duration.ofMillis(millis));
        ofRedis.advance(Duration.ofMillis(millis));
    }

    private void learn(ProviderClock provider) {
        Instant date = wall.instant().truncatedTo(ChronoUnit.SECONDS);
        provider.answered(date, steady.nanos(), steady.nanos());
    }

    private void beat() {
        assertThat(firstPresence.beat()).isPresent();
        assertThat(secondPresence.beat()).isPresent();
    }

    private boolean isRight(ProviderClock provider) {
        Bounds known = Objects.requireNonNull(provider.bounds());
        Instant now = wall.instant();
        long offset = TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano() - steady.nanos();
        return known.least() <= offset && offset <= known.most();
    }

    private static Duration width(ProviderClock provider) {
        Bounds known = Objects.requireNonNull(provider.bounds());
        return Duration.ofNanos(known.most() - known.least());
    }
}

package io.scopeguard.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.scopeguard.redis.AnswerStore.Found;
import io.scopeguard.redis.AnswerStore.Wanted;
import io.scopeguard.time.SteadyClock;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/** The order of reads is the order in which they took their leases, however they end. */
class AnswerStoreTests {

    private static final byte[] KEY = "{fact}".getBytes(UTF_8);

    private final TestRedis server = new TestRedis();
    private final LettuceConnectionFactory connections = server.connections();
    private final BoundedRedis redis = Replica.bounded(connections);
    private final SharingSettings settings = Replica.settings(null);
    private final SteadyClock clock = SteadyClock.system();
    private final AnswerStore store =
            new AnswerStore(redis, Keys.of(settings, "company", "tenant"), new ServerClock(clock), settings);

    /** Later on, commands of this connection are executed in the order in which they are sent. */
    @BeforeEach
    void letRedisKnowTheScripts() {
        byte[] other = "{other}".getBytes(UTF_8);
        store.store(other, look(other), "any".getBytes(UTF_8), false, AnswerStore.NO_OLDER_PART);
        await().atMost(Replica.PATIENCE).until(() -> look(other).isAnswer());
    }

    @AfterEach
    void close() {
        connections.destroy();
        server.close();
    }

    @Test
    void storeWhenALaterReadEndsFirstThenItsAnswerStays() {
        Found first = lease();
        Found second = lease();
        assertThat(second.order()).isGreaterThan(first.order());

        store.store(KEY, second, "newer".getBytes(UTF_8), false, AnswerStore.NO_OLDER_PART);
        store.store(KEY, first, "older".getBytes(UTF_8), false, AnswerStore.NO_OLDER_PART);

        assertThat(redis.call(RedisClusterAsyncCommands::dbsize)).isPresent();
        Found found = look(KEY);
        assertThat(found.order()).isEqualTo(second.order());
        assertThat(found.value()).asString(UTF_8).isEqualTo("newer");
    }

    @Test
    void storeWhenTheCounterWasLostThenNothingIsStored() {
        Found lease = lease();
        assertThat(redis.call(RedisClusterAsyncCommands::flushall)).isPresent();

        store.store(KEY, lease, "of another order".getBytes(UTF_8), false, AnswerStore.NO_OLDER_PART);

        assertThat(redis.call(RedisClusterAsyncCommands::dbsize)).isPresent();
        assertThat(look(KEY).isAnswer()).isFalse();
    }

    @Test
    void storeWhenAPartIsOlderThanTheLeaseThenTheAnswerIsAsOldAsThePart() {
        byte[] other = "{whole}".getBytes(UTF_8);
        long age = Duration.ofSeconds(4).toNanos();
        long now = clock.nanos();
        store.store(KEY, lease(), "of two parts".getBytes(UTF_8), false, now - age);
        store.store(other, look(other), "whole".getBytes(UTF_8), false, AnswerStore.NO_OLDER_PART);

        assertThat(redis.call(RedisClusterAsyncCommands::dbsize)).isPresent();
        Found found = look(KEY);
        assertThat(found.value()).asString(UTF_8).isEqualTo("of two parts");
        assertThat(found.begunAt()).isLessThanOrEqualTo(look(other).begunAt() - age);
    }

    /** Nobody would make a read whose lease was given to a replica that no longer waits for it. */
    @Test
    void lookWhenTheResponseIsLateThenTheLeaseIsReleased() {
        SharingSettings impatient = new SharingSettings(
                "test",
                null,
                Duration.ofMillis(50),
                Duration.ofMillis(100),
                Duration.ofHours(1),
                Duration.ofMillis(250),
                Duration.ofHours(1));
        LettuceConnectionFactory others = server.connections();
        BoundedRedis late = new BoundedRedis(() -> Replica.commands(others), impatient, SharingListener.none());
        await().atMost(Replica.PATIENCE)
                .until(() -> late.probe(RedisClusterAsyncCommands::dbsize).isPresent() && late.isReachable());
        AnswerStore waiting = new AnswerStore(
                late, Keys.of(impatient, "company", "tenant"), new ServerClock(SteadyClock.system()), impatient);
        try (RedisConnection administrator = connections.getConnection()) {
            administrator.execute("CLIENT", bytes("PAUSE"), bytes("600000"), bytes("WRITE"));
            assertThat(waiting.look(wanted(KEY, true))).isEmpty();
            administrator.execute("CLIENT", bytes("UNPAUSE"));
        }

        await().atMost(Replica.PATIENCE)
                .until(() -> hasLeases() && lookAsAnother().isLease());
        others.destroy();
    }

    /** Whether the late command has arrived. */
    private boolean hasLeases() {
        return redis.call(commands -> commands.hexists(KEY, bytes("n"))).orElse(false);
    }

    private Found lookAsAnother() {
        SharingSettings patient = new SharingSettings(
                "test",
                null,
                Duration.ofSeconds(30),
                Duration.ofMillis(100),
                Duration.ofHours(1),
                Duration.ofMillis(250),
                Duration.ofHours(1));
        AnswerStore other = new AnswerStore(
                redis, Keys.of(patient, "company", "tenant"), new ServerClock(SteadyClock.system()), patient);
        return other.look(wanted(KEY, true)).orElseThrow();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private static Wanted wanted(byte[] key, boolean waits) {
        return new Wanted(key, Long.MIN_VALUE, 0, false, waits);
    }

    private Found lease() {
        Found found = look(KEY);
        assertThat(found.isLease()).isTrue();
        return found;
    }

    private Found look(byte[] key) {
        return store.look(wanted(key, false)).orElseThrow();
    }
}

package io.scopeguard.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

class BoundedRedisTests {

    private static final Logger LOGGER = (Logger) LoggerFactory.getLogger(BoundedRedis.class);

    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    @BeforeEach
    void listen() {
        log.start();
        LOGGER.addAppender(log);
    }

    @AfterEach
    void stop() {
        LOGGER.detachAppender(log);
    }

    @Test
    void askWhenRedisFailsAndRecoversThenOneLineEachWay() {
        try (TestRedis server = new TestRedis()) {
            LettuceConnectionFactory factory = server.connections();
            BoundedRedis redis =
                    new BoundedRedis(() -> Replica.commands(factory), Replica.settings(null), SharingListener.none());
            assertThat(redis.probe(commands -> answered())).contains("answer");
            assertThat(redis.isReachable()).isTrue();

            for (int i = 0; i < 10; i++) {
                redis.call(commands -> refused());
            }
            assertThat(redis.isReachable()).isFalse();
            await().atMost(Replica.PATIENCE)
                    .until(() -> redis.probe(commands -> answered()).isPresent() && redis.isReachable());
            redis.call(commands -> answered());
            factory.destroy();
        }

        assertThat(log.list).extracting(ILoggingEvent::getLevel).containsExactly(Level.INFO, Level.WARN, Level.INFO);
    }

    /** As by a factory that validates its connection, or with a context that is stopped and started. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void probeWhenTheConnectionWasReplacedThenCommandsUseTheNewOne(boolean isRestarted) {
        byte[] key = {1};
        try (TestRedis server = new TestRedis()) {
            LettuceConnectionFactory factory = server.connections();
            BoundedRedis redis = Replica.bounded(factory);

            if (isRestarted) {
                factory.stop();
                factory.start();
            } else {
                factory.resetConnection();
            }

            await().atMost(Replica.PATIENCE)
                    .until(() -> redis.probe(commands -> commands.set(key, key)).isPresent() && redis.isReachable());
            assertThat(redis.call(commands -> commands.get(key))).contains(key);
            factory.destroy();
        }
    }

    /** The time-out is longer than any test may take. */
    @Test
    void askWhenTheConnectionIsLostThenNobodyWaits() {
        TestRedis server = new TestRedis();
        LettuceConnectionFactory factory = server.connections();
        BoundedRedis redis = new BoundedRedis(
                () -> Replica.commands(factory), Replica.settings(null, Duration.ofDays(1)), SharingListener.none());
        byte[] key = {1};
        assertThat(redis.probe(commands -> commands.set(key, key))).contains("OK");

        server.close();
        await().atMost(Replica.PATIENCE).until(() -> {
            redis.call(commands -> commands.get(key));
            return !redis.isReachable();
        });

        assertThat(redis.probe(commands -> commands.set(key, key))).isEmpty();
        factory.destroy();
    }

    @Test
    void askWhenRedisDoesNotRespondThenThreeCommandsWaitForTheTimeoutAndLaterOnesAreNotSent() {
        Replica.Events events = new Replica.Events();
        AtomicInteger sent = new AtomicInteger();
        try (TestRedis server = new TestRedis()) {
            LettuceConnectionFactory factory = server.connections();
            BoundedRedis redis = new BoundedRedis(
                    () -> Replica.commands(factory), Replica.settings(null, Duration.ofMillis(50)), events);
            assertThat(redis.probe(commands -> answered())).contains("answer");

            for (int i = 0; i < 10; i++) {
                assertThat(redis.call(commands -> {
                            sent.incrementAndGet();
                            return new CompletableFuture<String>();
                        }))
                        .isEmpty();
            }

            assertThat(sent).hasValue(3);
            assertThat(events.commands).containsEntry("timeout", 3);
            assertThat(redis.isReachable()).isFalse();
            factory.destroy();
        }
    }

    private static CompletionStage<String> answered() {
        return CompletableFuture.completedFuture("answer");
    }

    private static CompletionStage<String> refused() {
        return CompletableFuture.failedFuture(new IllegalStateException("refused"));
    }
}

package io.scopeguard.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.scopeguard.provider.EventReceiver;
import io.scopeguard.provider.EventReceiver.Outcome;
import io.scopeguard.provider.EventReceiver.Receipt;
import io.scopeguard.provider.PermissionChange;
import io.scopeguard.provider.Subject;
import io.scopeguard.redis.ChangeStream.Publication;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

class SharedEventReceiverTests {

    private static final byte[] BODY = {1};
    private static final String CREDENTIAL = "signature";
    private static final List<PermissionChange> CHANGE =
            List.of(new PermissionChange.OfSubject(new Subject(Subject.Type.USER, "alice")));

    private final TestRedis server = new TestRedis();
    private final LettuceConnectionFactory connections = server.connections();
    private final RedisClusterAsyncCommands<byte[], byte[]> commands = Replica.commands(connections);
    private final AtomicBoolean fails = new AtomicBoolean();
    private final AtomicInteger sent = new AtomicInteger();
    private final BoundedRedis redis = Replica.bounded(this::failing);
    private final ChangeStream changes =
            new ChangeStream(redis, Keys.of(Replica.settings(null), "company", "tenant"), "replica");
    private final EventReceiver receiver = new SharedEventReceiver(new OnceReceiver(), changes);

    @AfterEach
    void close() {
        connections.destroy();
        server.close();
    }

    /** The next heartbeat would add it as well, but the provider waits. */
    @Test
    void receiveWhenRedisFailedAndTheDeliveryComesAgainThenItIsAddedAtOnce() throws Exception {
        fails.set(true);
        assertThat(receive()).isEqualTo(Outcome.UNSHARED);
        assertThat(receive()).isEqualTo(Outcome.UNSHARED);
        fails.set(false);

        assertThat(receive()).isEqualTo(Outcome.REPLAYED);

        assertThat(commands.xlen(changes.log().stream()).get()).isEqualTo(1);
        assertThat(receive()).isEqualTo(Outcome.REPLAYED);
        assertThat(commands.xlen(changes.log().stream()).get()).isEqualTo(1);
    }

    @Test
    void flushWhenRedisFailsAgainThenTheOtherDeliveriesWait() throws Exception {
        fails.set(true);
        for (int i = 0; i < 10; i++) {
            assertThat(changes.publish("delivery-" + i, CHANGE)).isEqualTo(Publication.PENDING);
        }
        sent.set(0);

        changes.flush();

        assertThat(sent.get()).isEqualTo(1);
        fails.set(false);
        changes.flush();
        assertThat(commands.xlen(changes.log().stream()).get()).isEqualTo(10);
    }

    @Test
    void receiveWhenTooManyWaitThenADroppedDeliveryIsNotAcknowledged() throws Exception {
        fails.set(true);
        for (int i = 0; i < 1_000; i++) {
            assertThat(changes.publish("delivery-" + i, CHANGE)).isEqualTo(Publication.PENDING);
        }
        assertThat(receive()).isEqualTo(Outcome.UNSHARED);
        fails.set(false);

        assertThat(receive()).isEqualTo(Outcome.UNSHARED);

        changes.flush();
        assertThat(receive()).isEqualTo(Outcome.REPLAYED);
        // One entry stands for everything that was dropped.
        assertThat(commands.xlen(changes.log().stream()).get()).isEqualTo(1_001);
    }

    /** A process without processor time takes its own pauses for those of Redis. */
    @Test
    void receiveWhenCommandsAreSuspendedThenAddedAllTheSame() throws Exception {
        fails.set(true);
        while (redis.isReachable()) {
            redis.call(RedisClusterAsyncCommands::dbsize);
        }
        fails.set(false);

        assertThat(receive()).isEqualTo(Outcome.APPLIED);

        assertThat(commands.xlen(changes.log().stream()).get()).isEqualTo(1);
    }

    /** A script that fails keeps what it wrote before. */
    @Test
    void receiveWhenTheStreamTakesNoEntryThenTheDeliveryIsNotKnown() throws Exception {
        byte[] stream = changes.log().stream();
        commands.set(stream, BODY).get();
        assertThat(receive()).isEqualTo(Outcome.UNSHARED);
        commands.del(stream).get();

        assertThat(receive()).isEqualTo(Outcome.REPLAYED);

        assertThat(commands.xlen(stream).get()).isEqualTo(1);
    }

    @SuppressWarnings("unchecked")
    private RedisClusterAsyncCommands<byte[], byte[]> failing() {
        return (RedisClusterAsyncCommands<byte[], byte[]>) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {RedisClusterAsyncCommands.class},
                (self, method, arguments) -> {
                    sent.incrementAndGet();
                    if (fails.get()) {
                        throw new IllegalStateException("Redis fails.");
                    }
                    return method.invoke(commands, arguments);
                });
    }

    private Outcome receive() {
        return receiver.receive(BODY, CREDENTIAL, change -> {}).outcome();
    }

    /** A provider's receiver: it takes a delivery once. */
    private static final class OnceReceiver implements EventReceiver {

        private final AtomicInteger deliveries = new AtomicInteger();

        @Override
        public String credentialHeader() {
            return "Credential";
        }

        @Override
        public boolean isAdmissible(@Nullable String credential) {
            return true;
        }

        @Override
        public Receipt receive(byte[] body, @Nullable String credential, Consumer<PermissionChange> changes) {
            if (deliveries.getAndIncrement() > 0) {
                return new Receipt(Outcome.REPLAYED, "Member.Changed");
            }
            CHANGE.forEach(changes);
            return new Receipt(Outcome.APPLIED, "Member.Changed");
        }
    }
}

package io.scopeguard.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.scopeguard.permission.LivePermissions;
import io.scopeguard.provider.EventReceiver.Outcome;
import io.scopeguard.provider.PermissionChange;
import io.scopeguard.provider.ProviderClock.Bounds;
import io.scopeguard.provider.ProviderClock.Order;
import io.scopeguard.provider.ScopeCatalogue.Novelty;
import io.scopeguard.provider.Subject;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.data.redis.connection.DataType;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/** Replicas in one process that share through one Redis. */
class SharingTests {

    private static final Scopes READ = Scopes.of("read:report");
    private static final Scopes BOTH = Scopes.of("read:report", "write:report");

    private static TestRedis redis;

    private final Company company = new Company();
    private final List<Replica> replicas = new ArrayList<>();

    @BeforeAll
    static void start() {
        redis = new TestRedis();
    }

    @AfterAll
    static void stop() {
        redis.close();
    }

    @BeforeEach
    void empty() {
        withConnection(connection -> connection.serverCommands().flushAll());
        company.rolesOf.put("alice", Set.of("writer"));
    }

    @AfterEach
    void close() {
        replicas.forEach(Replica::close);
    }

    // Facts

    @Test
    void getWhenAnotherReplicaHasReadThenNobodyReadsAgain() {
        Replica first = replica();
        Replica second = replica();

        LivePermissions known = first.get("alice");
        awaitAnswers("v", 2);
        LivePermissions taken = second.get("alice");

        assertThat(taken.granted()).isEqualTo(known.granted()).isEqualTo(BOTH);
        assertThat(company.calls("membership")).isEqualTo(1);
        assertThat(company.calls("definitions")).isEqualTo(1);
        assertThat(second.events.reads).containsEntry("replica", 2).doesNotContainKey("provider");
        // It is as old as the read, not as the taking.
        assertThat(taken.readAt()).isLessThan(second.clock().nanos());
    }

    @Test
    void getWhenManyThreadsOfTwoReplicasAskThenOneReads() throws Exception {
        Replica first = replica();
        Replica second = replica();
        first.get("alice");
        company.rolesOf.put("bob", Set.of("reader"));
        CountDownLatch both = new CountDownLatch(2);
        company.beforeAnswer = () -> {
            both.countDown();
            // Long enough for the others to come, and shorter than a request waits for another replica.
            pause();
        };
        company.forgetCalls();
        ExecutorService threads = Executors.newFixedThreadPool(16);
        try {
            List<Future<LivePermissions>> answers = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                Replica asked = i % 2 == 0 ? first : second;
                answers.add(threads.submit(() -> asked.get("bob")));
            }
            for (Future<LivePermissions> answer : answers) {
                assertThat(answer.get().granted()).isEqualTo(READ);
            }
        } finally {
            threads.shutdownNow();
        }

        // A request that has waited long makes its own read; a busy machine may make it wait.
        assertThat(company.calls("membership")).isBetween(1, 2);
    }

    private static void pause() {
        try {
            Thread.sleep(100);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void getWhenARequestWantsAReadOfItsOwnThenSharedReadsAreNotTaken() {
        Replica first = replica();
        Replica second = replica();
        first.get("alice");

        second.get("alice", Duration.ZERO);

        assertThat(company.calls("membership")).isEqualTo(2);
    }

    @Test
    void getWhenAReplicaStartsLaterThenHeldSinceIsThatOfTheFirst() {
        Replica first = replica();
        first.get("alice");
        long since = first.get("alice").history().heldSince("write:report").orElseThrow();
        long ago = first.clock().nanos() - since;
        awaitKey("history");

        Replica second = replica();
        LivePermissions taken = second.get("alice");

        long later = second.clock().nanos()
                - taken.history().heldSince("write:report").orElseThrow();
        assertThat(later).isGreaterThanOrEqualTo(ago - Duration.ofMillis(50).toNanos());
    }

    @Test
    void getWhenAnotherReplicaBelievedALossThenItBindsDuringAnOutage() {
        Replica first = replica();
        first.get("alice");
        company.rolesOf.remove("alice");
        first.deliver("alice");
        first.get("alice");
        awaitValue("NOT_A_MEMBER");
        withConnection(connection -> keys(connection, "answer")
                .forEach(key -> connection.keyCommands().del(key)));
        company.isDown = true;
        Replica second = replica();

        assertThat(second.get("alice").granted()).isEqualTo(Scopes.none());
        assertThat(second.get("alice").history().standingSince())
                .isLessThan(second.clock().nanos());
    }

    // The catalogue

    @Test
    void noveltyWhenOneReplicaSawAScopeAppearThenItIsNewForAll() {
        Replica first = replica();
        first.get("alice");
        company.scopes.add("export:report");
        first.guard.apply(new io.scopeguard.provider.PermissionChange.OfRoles());
        first.get("alice");
        awaitValue("export:report");

        Replica second = replica();
        second.get("alice");

        assertThat(second.provider.catalogue().noveltySince(Audience.ORGANIZATION, "export:report", Instant.EPOCH))
                .isEqualTo(Novelty.SEEN);
        assertThat(second.provider.catalogue().noveltySince(Audience.ORGANIZATION, "read:report", Instant.EPOCH))
                .isEqualTo(Novelty.NONE);
    }

    // The provider's clock

    @Test
    void beatWhenTheProviderAnsweredOneReplicaThenAllKnowItsTime() {
        Replica first = replica();
        Replica second = replica();
        long now = first.clock().nanos();
        Instant time = Instant.now().plusSeconds(2);
        assertThat(second.provider.clock().bounds()).isNull();

        first.provider.clock().answered(time, now, now);
        Bounds taken = await().atMost(Replica.PATIENCE)
                .until(() -> second.provider.clock().bounds(), Objects::nonNull);

        // The provider gives its time in whole seconds, and the difference of the replicas' clocks is uncertain.
        assertThat(taken.most() - taken.least()).isLessThan(TimeUnit.SECONDS.toNanos(7));
        assertThat(second.provider
                        .clock()
                        .compare(time.minusSeconds(7), second.clock().nanos()))
                .isEqualTo(Order.BEFORE);
    }

    /** Their lag would be the time since this replica was not there. */
    @Test
    void startWhenChangesWereReportedBeforeThenTheirLagIsNotMeasured() {
        int before = 200;
        Replica first = replica();
        for (int i = 0; i < before; i++) {
            first.part.publish(new PermissionChange.OfSubject(new Subject(Subject.Type.USER, "alice")));
        }

        Replica second = replica();
        awaitNextChange(first, second);

        assertThat(second.events.changes).hasValueLessThan(before);
    }

    /** As when the process may not have more threads for a while. */
    @Test
    void startWhenErrorsInterruptItsThreadsThenChangesArriveAfterwards() {
        Replica first = replica();
        FailingConnections connections = new FailingConnections(redis);
        Replica second = Replica.start(connections, company, Replica.settings(null));
        replicas.add(second);

        awaitNextChange(first, second);

        assertThat(connections.failed).hasSizeGreaterThanOrEqualTo(3);
    }

    /** Connections that fail for the first request of each of a replica's threads. */
    private static final class FailingConnections extends LettuceConnectionFactory {

        private final Set<Thread> failed = ConcurrentHashMap.newKeySet();

        FailingConnections(TestRedis redis) {
            super(redis.configuration(), TestRedis.client().build());
            afterPropertiesSet();
            start();
        }

        @Override
        public RedisConnection getConnection() {
            Thread thread = Thread.currentThread();
            if (thread.getName().startsWith("scope-guard-") && failed.add(thread)) {
                throw new OutOfMemoryError("unable to create native thread");
            }
            return super.getConnection();
        }
    }

    @Test
    void beatWhenReplicasKnowPartsThenAllKnowTheIntersection() {
        Replica first = replica();
        Replica second = replica();
        long wide = TimeUnit.SECONDS.toNanos(3);
        long now = first.clock().nanos();
        long epoch = TimeUnit.MILLISECONDS.toNanos(Instant.now().toEpochMilli()) - now;

        first.provider.clock().narrow(new Bounds(epoch - wide, epoch + wide / 10, now));
        second.provider.clock().narrow(new Bounds(epoch - wide / 10, epoch + wide, now));

        for (Replica each : List.of(first, second)) {
            await().atMost(Replica.PATIENCE).until(() -> {
                Bounds known = each.provider.clock().bounds();
                return known != null && known.most() - known.least() < wide;
            });
        }
    }

    // Changes

    @Test
    void receiveWhenOneReplicaGetsADeliveryThenItBindsOnAll() {
        Replica first = replica();
        Replica second = replica();
        first.get("alice");
        second.get("alice");
        company.rolesOf.remove("alice");

        assertThat(first.deliver("alice")).isEqualTo(Outcome.APPLIED);
        awaitChange(second);

        assertThat(second.get("alice").granted()).isEqualTo(Scopes.none());
    }

    @Test
    void publishWhenAnOperatorInvalidatesOnOneReplicaThenAllReadAgain() {
        Replica first = replica();
        Replica second = replica();
        first.get("alice");
        second.get("alice");
        company.rolesOf.remove("alice");
        PermissionChange change = new PermissionChange.OfSubject(new Subject(Subject.Type.USER, "alice"));

        first.guard.apply(change);
        first.part.publish(change);
        awaitChange(second);

        assertThat(second.get("alice").granted()).isEqualTo(Scopes.none());
    }

    @Test
    void receiveWhenADeliveryComesToTwoReplicasThenTheSecondIsARepetition() {
        Replica first = replica();
        Replica second = replica();

        assertThat(first.deliver("alice")).isEqualTo(Outcome.APPLIED);
        assertThat(second.deliver("alice")).isEqualTo(Outcome.REPLAYED);
    }

    @Test
    void readWhenEntriesAreMissingThenEverythingIsReadAgain() {
        Replica first = replica();
        Replica second = replica();
        second.get("alice", Duration.ofHours(1));
        first.deliver("carol");
        awaitChange(second);
        withConnection(connection -> keys(connection, "changes-count")
                .forEach(key -> connection.stringCommands().incrBy(key, 5)));

        company.rolesOf.put("alice", Set.of("reader"));

        first.deliver("bob");

        await().atMost(Replica.PATIENCE).until(() -> second.events.gaps.get() == 1);
        // Nobody reported the change of alice's roles.
        await().atMost(Replica.PATIENCE)
                .until(() -> second.get("alice", Duration.ofHours(1)).granted().equals(READ));
    }

    @Test
    void receiveWhenADeliveryIsAcknowledgedThenItIsInTheStream() {
        Replica first = replica();

        assertThat(first.deliver("alice")).isEqualTo(Outcome.APPLIED);

        assertThat(entriesOfTheStream()).isEqualTo(1);
    }

    private static long entriesOfTheStream() {
        long[] found = new long[1];
        withConnection(connection -> keys(connection, "}changes").forEach(key -> {
            if (connection.keyCommands().type(key) == DataType.STREAM) {
                Long length = connection.streamCommands().xLen(key);
                found[0] += length == null ? 0 : length;
            }
        }));
        return found[0];
    }

    @Test
    void startWhenAChangeWasReportedBeforeThenSharedAnswersFromBeforeAreNotTaken() {
        Replica first = replica();
        first.get("alice");
        company.rolesOf.remove("alice");
        first.deliver("alice");

        Replica second = replica();
        awaitNextChange(first, second);

        assertThat(second.get("alice").granted()).isEqualTo(Scopes.none());
    }

    // Security

    @Test
    void getWhenThereIsASecretThenValuesOfOthersAreIgnoredAndKeysDiffer() {
        Replica first = replica(secret(1));
        first.get("alice");
        awaitKey("answer");
        withConnection(connection -> keys(connection, "answer").forEach(key -> {
            byte[] value = connection.hashCommands().hGet(key, "v".getBytes(StandardCharsets.UTF_8));
            value[value.length - 1] ^= 1;
            connection.hashCommands().hSet(key, "v".getBytes(StandardCharsets.UTF_8), value);
        }));
        Replica second = replica(secret(1));

        assertThat(second.get("alice").granted()).isEqualTo(BOTH);
        assertThat(second.events.reads).doesNotContainKey("replica");
        Replica third = replica(secret(2));
        third.get("alice");
        assertThat(third.events.reads).doesNotContainKey("replica");
    }

    /** As documented: who can write to Redis can lie like the provider, unless there is a secret. */
    @Test
    void getWhenAnAnswerIsForgedThenItCountsLikeOneOfTheProviderWithoutASecretOnly() {
        for (byte[] secret : new byte[][] {null, secret(1)}) {
            empty();
            // A role that is missing would need a confirming read.
            company.rolesOf.put("alice", Set.of("reader", "writer"));
            company.rolesOf.put("bob", Set.of("reader"));
            Replica first = secret == null ? replica() : replica(secret);
            first.get("alice");
            awaitAnswers("v", 2);
            Map<String, byte[]> before = answers();
            first.get("bob");
            awaitAnswers("v", 3);
            Map<String, byte[]> after = answers();
            after.keySet().removeAll(before.keySet());
            byte[] value = before.values().stream()
                    .filter(each -> new String(each, StandardCharsets.UTF_8).contains("ACTIVE"))
                    .findFirst()
                    .orElseThrow();
            assertThat(after).hasSize(1);
            String bob = after.keySet().iterator().next();
            // Later than the answer before.
            long now = now();
            if (secret == null) {
                ByteBuffer.wrap(value).putLong(now);
            }
            write(bob, "v", value);
            write(bob, "s", bytes(String.valueOf(now)));
            write(bob, "e", bytes(String.valueOf(now)));

            Replica second = secret == null ? replica() : replica(secret);

            assertThat(second.get("bob").granted()).isEqualTo(secret == null ? BOTH : READ);
        }
    }

    /** Even without a secret: a fact of the future would hide all later reads. */
    @Test
    void getWhenAnAnswerIsDatedInTheFutureThenTheProviderIsAsked() {
        Replica first = replica();
        first.get("alice");
        awaitAnswers("v", 2);
        company.rolesOf.put("alice", Set.of("reader", "auditor"));
        long future = now() + TimeUnit.HOURS.toMicros(1);
        answers().forEach((key, value) -> {
            ByteBuffer.wrap(value).putLong(future);
            write(key, "v", value);
            write(key, "s", bytes(String.valueOf(future)));
            write(key, "e", bytes(String.valueOf(future)));
        });

        Replica second = replica();

        assertThat(second.get("alice").granted()).isEqualTo(READ);
        assertThat(second.events.reads).doesNotContainKey("replica");
    }

    @Test
    void getWhenThereIsASecretAndAnOldAnswerIsDatedAnewThenTheProviderIsAsked() {
        Replica first = replica(secret(1));
        first.get("alice");
        awaitAnswers("v", 2);
        long now = now();
        answers().keySet().forEach(key -> {
            write(key, "s", bytes(String.valueOf(now)));
            write(key, "e", bytes(String.valueOf(now)));
        });
        Replica second = replica(secret(1));

        second.get("alice");

        assertThat(second.events.reads).doesNotContainKey("replica");
    }

    @Test
    void getWhenALeaseIsLongerThanAnyReplicaTakesThenItPreventsNoRead() {
        Replica first = replica();
        first.get("alice");
        awaitAnswers("v", 2);
        long until = now() + TimeUnit.HOURS.toMicros(1);
        answers().keySet().forEach(key -> {
            write(key, "until", bytes(String.valueOf(until)));
            withConnection(connection -> connection.hashCommands().hDel(bytes(key), bytes("o")));
        });
        SharingSettings usual = Replica.settings(null);
        SharingSettings patient = new SharingSettings(
                usual.prefix(),
                usual.secret(),
                usual.timeout(),
                usual.pause(),
                usual.lease(),
                Duration.ofHours(1),
                usual.keptFor());

        Replica second = added(Replica.start(redis, company, patient));

        assertThat(second.get("alice").granted()).isEqualTo(BOTH);
        assertThat(second.events.reads).containsEntry("provider", 2);
    }

    @Test
    void getWhenTheFactIsKnownThenRedisGetsNoCommand() {
        Replica first = replica();
        first.get("alice");
        awaitAnswers("v", 2);
        awaitKey("history");
        int before = first.events.commands();

        for (int i = 0; i < 1_000; i++) {
            assertThat(first.get("alice").granted()).isEqualTo(BOTH);
        }

        // Heartbeats go on, one each second.
        assertThat(first.events.commands() - before).isLessThan(500);
    }

    private static void write(String key, String field, byte[] value) {
        withConnection(connection -> connection.hashCommands().hSet(bytes(key), bytes(field), value));
    }

    /** The server's time in microseconds. */
    private static long now() {
        long[] now = new long[1];
        withConnection(connection -> now[0] = connection.serverCommands().time(TimeUnit.MICROSECONDS));
        return now[0];
    }

    private static Map<String, byte[]> answers() {
        Map<String, byte[]> found = new HashMap<>();
        withConnection(connection -> keys(connection, "answer").forEach(key -> {
            byte[] value = connection.hashCommands().hGet(key, bytes("v"));
            if (value != null) {
                found.put(new String(key, StandardCharsets.UTF_8), value);
            }
        }));
        return found;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    // Redis goes away

    @Tag("thorough")
    @Test
    void getWhenRedisStopsAndStartsEmptyThenAllGoOnAndWriteBack() {
        SharingSettings impatient = Replica.settings(null, Duration.ofMillis(300));
        Replica first = added(Replica.start(redis, company, impatient));
        Replica second = added(Replica.start(redis, company, impatient));
        first.get("alice");
        second.get("alice");
        try {
            redis.stop();
            company.rolesOf.remove("alice");
            company.rolesOf.put("bob", Set.of("reader"));
            assertThat(first.get("bob").granted()).isEqualTo(READ);
            first.awaitRedis(false);
            second.awaitRedis(false);
            assertThat(first.deliver("alice")).isEqualTo(Outcome.UNSHARED);
            assertThat(first.get("alice").granted()).isEqualTo(Scopes.none());
        } finally {
            redis.start();
        }
        first.awaitRedis(true);
        second.awaitRedis(true);

        awaitChange(second);
        assertThat(second.get("alice").granted()).isEqualTo(Scopes.none());
        awaitKey("history");
        company.rolesOf.put("carol", Set.of("reader"));
        await().atMost(Replica.PATIENCE)
                .until(() -> !second.get(company.newUser()).history().isComplete());
    }

    private Replica replica() {
        return added(Replica.start(redis, company));
    }

    private Replica replica(byte[] secret) {
        return added(Replica.start(redis, company, Replica.settings(secret)));
    }

    private Replica added(Replica replica) {
        replicas.add(replica);
        return replica;
    }

    private static byte[] secret(int fill) {
        byte[] secret = new byte[32];
        java.util.Arrays.fill(secret, (byte) fill);
        return secret;
    }

    /** Waits until a change arrives that is reported from now on. Changes arrive in order. */
    private static void awaitNextChange(Replica from, Replica to) {
        await().atMost(Replica.PATIENCE).until(() -> {
            from.part.publish(new PermissionChange.OfSubject(new Subject(Subject.Type.USER, "nobody")));
            return to.events.changes.get() > 0;
        });
    }

    private static void awaitChange(Replica replica) {
        await().atMost(Replica.PATIENCE).until(() -> replica.events.changes.get() > 0);
    }

    private static void awaitKey(String kind) {
        await().atMost(Replica.PATIENCE).until(() -> {
            boolean[] found = new boolean[1];
            withConnection(connection -> found[0] = !keys(connection, kind).isEmpty());
            return found[0];
        });
    }

    /** Waits until so many answers have a field: they are stored while nobody waits for it. */
    private static void awaitAnswers(String field, int count) {
        await().atMost(Replica.PATIENCE).until(() -> {
            int[] found = new int[1];
            withConnection(connection -> keys(connection, "answer").forEach(key -> {
                Boolean isThere = connection.hashCommands().hExists(key, field.getBytes(StandardCharsets.UTF_8));
                found[0] += Boolean.TRUE.equals(isThere) ? 1 : 0;
            }));
            return found[0] >= count;
        });
    }

    /** Waits until some value contains a text. */
    private static void awaitValue(String text) {
        await().atMost(Replica.PATIENCE).until(() -> {
            boolean[] found = new boolean[1];
            withConnection(connection -> {
                for (String kind : List.of("history", "catalogue")) {
                    for (byte[] key : keys(connection, kind)) {
                        byte[] value = connection.stringCommands().get(key);
                        found[0] |= value != null && new String(value, StandardCharsets.UTF_8).contains(text);
                    }
                }
            });
            return found[0];
        });
    }

    private static Set<byte[]> keys(RedisConnection connection, String kind) {
        Set<byte[]> keys = connection.keyCommands().keys(("*" + kind + "*").getBytes(StandardCharsets.UTF_8));
        return keys == null ? Set.of() : keys;
    }

    private static void withConnection(Consumer<RedisConnection> action) {
        LettuceConnectionFactory factory = redis.connections();
        try (RedisConnection connection = factory.getConnection()) {
            action.accept(connection);
        } finally {
            factory.destroy();
        }
    }
}

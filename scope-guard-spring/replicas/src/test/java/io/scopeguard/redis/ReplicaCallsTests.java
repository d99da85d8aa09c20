package io.scopeguard.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.ScopeGuard;
import io.scopeguard.permission.CacheSettings;
import io.scopeguard.permission.Freshness;
import io.scopeguard.permission.LivePermissions;
import io.scopeguard.permission.PermissionKey;
import io.scopeguard.permission.SteppedCache;
import io.scopeguard.provider.PermissionChange;
import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.provider.PermissionsUnavailableException.Reason;
import io.scopeguard.provider.Subject;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.testing.Sampled;
import io.scopeguard.time.SteadyClock;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.data.redis.connection.RedisConnection;

/**
 * What several replicas cost, beside one that gets the same requests: one Redis, one clock that is moved, and one thread, so that
 * each run makes the same calls.
 */
class ReplicaCallsTests {

    private static final Scopes READ = Scopes.of("read:report");
    private static final Scopes BOTH = Scopes.of("read:report", "write:report");
    private static final int ORGANIZATIONS = 10;
    private static final int USERS = 20;
    private static final int STRANGERS = 2;

    /** Members whose tokens carry more than they hold. */
    private static final int DEMOTED = 2;

    private static final Duration MAX_AGE = Duration.ofSeconds(30);
    private static final Duration MAX_STALE = Duration.ofMinutes(5);

    /** A command to Redis takes twice that. */
    private static final Duration WAY = Duration.ofNanos(500_000);

    private static final Duration PATIENCE = Duration.ofMillis(5);
    private static final int INTERVALS = 6;

    private static TestRedis redis;

    private final MovableClock clock = MovableClock.atNoon();
    private final Company company = new Company();
    private Duration betweenRequests = Duration.ZERO;

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
        company.beforeAnswer = () -> clock.advance(Duration.ofMillis(20));
        for (int i = 0; i < ORGANIZATIONS; i++) {
            List<String> users = new ArrayList<>();
            for (int j = 0; j < USERS; j++) {
                users.add("user-" + i + "-" + j);
            }
            users.stream().skip(STRANGERS).forEach(user -> company.rolesOf.put(user, Set.of("reader")));
            company.listed.put("organization-" + i, users);
        }
    }

    /** With one request a second, each of eight replicas alone would rather read single members than pages. */
    @Sampled
    @ParameterizedTest
    @CsvSource({"2,100", "4,100", "8,100", "2,1000", "4,1000", "8,1000"})
    void requestsWhenThereAreReplicasThenNotMoreCallsThanOfOne(int count, int millisBetweenRequests) {
        betweenRequests = Duration.ofMillis(millisBetweenRequests);
        Map<String, Integer> alone = calls(1);
        Map<String, Integer> together = calls(count);

        assertThat(together.get("all"))
                .as("%s of %s beside %s", together, count, alone)
                .isLessThanOrEqualTo(alone.get("all") * 11 / 10);
    }

    /** The replicas get requests about the same members, whose single reads they share. */
    @ParameterizedTest
    @CsvSource({"1,4", "3,4", "3,8"})
    void requestsWhenFewMembersOfALargeOrganizationAreInUseThenItsPagesAreNotRead(int users, int count) {
        List<String> listed = new ArrayList<>();
        for (int i = 0; i < 4 * Company.PAGE; i++) {
            listed.add("clerk-%03d".formatted(i));
        }
        listed.forEach(user -> company.rolesOf.put(user, Set.of("reader")));
        company.listed.put("bureau", listed);
        betweenRequests = Duration.ofSeconds(1);

        calls(count, (replica, random) -> replica.request(listed.get(100 * random.nextInt(users)), "bureau", READ));

        assertThat(company.calls("members")).isZero();
        assertThat(company.calls("membership")).isLessThanOrEqualTo(users * INTERVALS * 3 / 2);
    }

    /** The others leave a read to the replica that began it, for an interval at most. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void requestsWhenAReplicaDiesInTheMiddleOfASweepThenALossBindsWithinAnInterval(int pages) {
        flush();
        List<String> users = IntStream.range(0, Company.PAGE * pages)
                .mapToObj(i -> "worker-%03d".formatted(i))
                .toList();
        users.forEach(user -> company.rolesOf.put(user, Set.of("reader")));
        company.listed.put("factory", users);
        String last = users.get(users.size() - 1);
        try (Stepped victim = new Stepped();
                Stepped survivor = new Stepped()) {
            for (String user : List.of(users.get(0), users.get(1), last)) {
                victim.request(user, "factory", READ);
                survivor.request(user, "factory", READ);
            }
            clock.advance(MAX_AGE);
            victim.dieOnRead(pages, last, "factory");
            company.rolesOf.remove(last);
            Duration start = Duration.ofNanos(survivor.steady.nanos());

            while (survivor.request(last, "factory", READ).granted().equals(READ)) {
                clock.advance(Duration.ofSeconds(1));
            }

            assertThat(Duration.ofNanos(survivor.steady.nanos()).minus(start)).isLessThanOrEqualTo(MAX_AGE);
        }
    }

    @Test
    void requestWhenAnotherReplicaHasConfirmedALossThenItsTwoReadsAreTaken() {
        flush();
        company.rolesOf.put("alice", Set.of("writer"));
        try (Stepped first = new Stepped();
                Stepped second = new Stepped()) {
            first.request("alice", "acme", BOTH);
            second.request("alice", "acme", BOTH);
            company.rolesOf.put("alice", Set.of("reader"));
            clock.advance(Duration.ofSeconds(1));
            for (Stepped replica : List.of(first, second)) {
                replica.guard.apply(new PermissionChange.OfMember(new Subject(Subject.Type.USER, "alice"), "acme"));
            }
            // The reads began certainly after the report, though the clocks are uncertain.
            clock.advance(Duration.ofSeconds(1));
            company.forgetCalls();

            assertThat(first.request("alice", "acme", BOTH).granted()).isEqualTo(READ);
            assertThat(second.request("alice", "acme", BOTH).granted()).isEqualTo(READ);

            assertThat(company.calls("membership")).isEqualTo(2);
        }
    }

    /** The calls of this number of replicas for all users. */
    private Map<String, Integer> calls(int count) {
        calls(count, (replica, random) -> {
            int organization = random.nextInt(ORGANIZATIONS);
            int user = random.nextInt(USERS);
            LivePermissions live = replica.request(
                    "user-" + organization + "-" + user,
                    "organization-" + organization,
                    user < STRANGERS + DEMOTED ? BOTH : READ);
            assertThat(live.granted()).isEqualTo(user < STRANGERS ? Scopes.none() : READ);
        });
        Map<String, Integer> calls = new TreeMap<>();
        company.calls.forEach((kind, number) -> calls.put(kind, number.get()));
        calls.put("all", company.calls());
        return calls;
    }

    /** Counts the calls in some intervals, after as many in which the replicas met most of the users. */
    private void calls(int count, BiConsumer<Stepped, Random> request) {
        flush();
        List<Stepped> replicas = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                replicas.add(new Stepped());
            }
            Random random = new Random(1);
            replicas.forEach(replica -> replica.part.beatNow(replica.guard));
            inTurn(replicas, replica -> request.accept(replica, random));
            company.forgetCalls();
            inTurn(replicas, replica -> request.accept(replica, random));
        } finally {
            replicas.forEach(Stepped::close);
        }
    }

    private void inTurn(List<Stepped> replicas, Consumer<Stepped> request) {
        long requests = MAX_AGE.multipliedBy(INTERVALS).dividedBy(betweenRequests);
        for (int i = 0; i < requests; i++) {
            clock.advance(betweenRequests);
            request.accept(replicas.get(i % replicas.size()));
        }
    }

    private static void flush() {
        var factory = redis.connections();
        try (RedisConnection connection = factory.getConnection()) {
            connection.serverCommands().flushAll();
        } finally {
            factory.destroy();
        }
    }

    /** A replica without threads for reads. */
    private final class Stepped implements AutoCloseable {

        private final TimedConnections connections = new TimedConnections(redis, clock, WAY);
        private final ReplicaSharing sharing;
        private final ProviderSharing part;
        private final SteppedCache cache;
        private final ScopeGuard guard;
        private int settled;
        private final SteadyClock steady = clock.steady();

        Stepped() {
            Company.Provider provider = company.provider(steady);
            sharing = new ReplicaSharing(
                    connections,
                    new SharingSettings(
                            "test", null, Duration.ofMinutes(1), Duration.ofMillis(1), MAX_AGE, PATIENCE, MAX_STALE),
                    SharingListener.none());
            part = sharing.of(provider, List.of());
            CacheSettings usual = CacheSettings.DEFAULT;
            cache = new SteppedCache(
                    part.permissions(),
                    steady,
                    new CacheSettings(MAX_AGE, MAX_STALE, usual.maxWait(), usual.maxEntries(), usual.idle()),
                    part.histories());
            guard = ScopeGuard.builder(provider).permissions(cache.cache()).build();
            part.beatNow(guard);
            assertThat(part.isReachable()).isTrue();
        }

        private PermissionKey key(String user, String organization) {
            return new PermissionKey(new Subject(Subject.Type.USER, user), organization, Audience.ORGANIZATION);
        }

        LivePermissions request(String user, String organization, Scopes held) {
            long now = steady.nanos();
            LivePermissions live =
                    cache.cache().get(key(user, organization), Freshness.of(MAX_AGE, MAX_STALE, now), held);
            cache.settle();
            settle();
            return live;
        }

        /** Makes this request's reads, and is killed while it waits for the answer to one of them. */
        void dieOnRead(int number, String user, String organization) {
            Runnable usual = company.beforeAnswer;
            AtomicInteger left = new AtomicInteger(number);
            company.beforeAnswer = () -> {
                if (left.decrementAndGet() == 0) {
                    connections.destroy();
                }
                if (left.get() <= 0) {
                    throw new PermissionsUnavailableException(Reason.UNREACHABLE, "This replica is dead.");
                }
            };
            cache.cache().get(key(user, organization), Freshness.of(MAX_AGE, MAX_STALE, steady.nanos()), READ);
            cache.settle();
            company.beforeAnswer = usual;
            assertThat(left.get()).isNotPositive();
        }

        /** Waits until Redis has what was written without waiting. */
        private void settle() {
            int sent = connections.sent();
            if (sent == settled) {
                return;
            }
            settled = sent;
            try (RedisConnection connection = connections.getConnection()) {
                connection.stringCommands().get("nothing".getBytes(StandardCharsets.UTF_8));
            }
        }

        @Override
        public void close() {
            guard.close();
            sharing.close();
            connections.destroy();
        }
    }
}

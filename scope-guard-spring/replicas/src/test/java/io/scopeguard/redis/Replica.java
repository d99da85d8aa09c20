package io.scopeguard.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.scopeguard.ScopeGuard;
import io.scopeguard.permission.CacheSettings;
import io.scopeguard.permission.Freshness;
import io.scopeguard.permission.LivePermissions;
import io.scopeguard.permission.PermissionCache;
import io.scopeguard.permission.PermissionKey;
import io.scopeguard.provider.EventReceiver;
import io.scopeguard.provider.EventReceiver.Outcome;
import io.scopeguard.provider.Subject;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import io.scopeguard.time.SteadyClock;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.springframework.data.redis.connection.lettuce.LettuceConnection;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/** One replica of an application, with threads and a connection of its own. */
final class Replica implements AutoCloseable {

    static final Duration PATIENCE = Duration.ofMinutes(3);

    final Company.Provider provider;
    final ReplicaSharing sharing;
    final ProviderSharing part;
    final PermissionCache cache;
    final ScopeGuard guard;
    final Events events = new Events();
    private final LettuceConnectionFactory connections;

    /** Counts what happens. */
    static final class Events implements SharingListener {
        final Map<String, Integer> reads = new ConcurrentHashMap<>();
        final Map<String, Integer> commands = new ConcurrentHashMap<>();
        final AtomicInteger changes = new AtomicInteger();
        final AtomicInteger gaps = new AtomicInteger();

        /** How many commands have ended. */
        int commands() {
            return commands.values().stream().mapToInt(Integer::intValue).sum();
        }

        @Override
        public void commanded(String outcome, Duration took) {
            commands.merge(outcome, 1, Integer::sum);
        }

        @Override
        public void read(String source, String fact) {
            reads.merge(source, 1, Integer::sum);
        }

        @Override
        public void changeArrived(Duration lag) {
            changes.incrementAndGet();
        }

        @Override
        public void missedChanges() {
            gaps.incrementAndGet();
        }
    }

    private Replica(LettuceConnectionFactory connections, Company company, SharingSettings settings) {
        this.provider = company.provider(SteadyClock.system());
        this.connections = connections;
        this.sharing = new ReplicaSharing(connections, settings, events);
        this.part = sharing.of(provider, List.of());
        CacheSettings usual = CacheSettings.DEFAULT;
        CacheSettings patient = new CacheSettings(
                usual.maxAge(), usual.maxStale(), Duration.ofMinutes(1), usual.maxEntries(), usual.idle());
        this.cache = new PermissionCache(
                provider.name(), part.permissions(), provider.clock().steady(), patient, part.histories());
        this.guard = ScopeGuard.builder(provider)
                .permissions(cache)
                .asks(part.asks())
                .build();
        part.start(guard);
    }

    /** Starts a replica. Commands may take long, since the machine may be busy. */
    static Replica start(TestRedis redis, Company company) {
        return start(redis, company, settings(null));
    }

    static Replica start(TestRedis redis, Company company, SharingSettings settings) {
        return start(redis.connections(), company, settings);
    }

    /** Starts a replica with connections of its own, which it closes. */
    static Replica start(LettuceConnectionFactory connections, Company company, SharingSettings settings) {
        Replica replica = new Replica(connections, company, settings);
        replica.awaitRedis(true);
        return replica;
    }

    static SharingSettings settings(byte @org.jspecify.annotations.Nullable [] secret) {
        return settings(secret, Duration.ofSeconds(30));
    }

    static SharingSettings settings(byte @org.jspecify.annotations.Nullable [] secret, Duration timeout) {
        return new SharingSettings(
                "test",
                secret,
                timeout,
                Duration.ofMillis(100),
                Duration.ofSeconds(30),
                Duration.ofMillis(250),
                Duration.ofMinutes(5));
    }

    /** Commands on a connection, which is made at once. */
    static BoundedRedis bounded(LettuceConnectionFactory connections) {
        return bounded(() -> commands(connections));
    }

    static BoundedRedis bounded(Supplier<RedisClusterAsyncCommands<byte[], byte[]>> connecting) {
        BoundedRedis redis = new BoundedRedis(connecting, settings(null), SharingListener.none());
        assertThat(redis.probe(RedisClusterAsyncCommands::dbsize)).isPresent();
        return redis;
    }

    static RedisClusterAsyncCommands<byte[], byte[]> commands(LettuceConnectionFactory connections) {
        return ((LettuceConnection) connections.getConnection()).getNativeConnection();
    }

    void awaitRedis(boolean isReachable) {
        Awaitility.await().atMost(PATIENCE).until(() -> part.isReachable() == isReachable);
    }

    /** Receives a report of the provider about a user. */
    Outcome deliver(String user) {
        EventReceiver receiver = Objects.requireNonNull(part.receiver());
        return receiver.receive(user.getBytes(StandardCharsets.UTF_8), "signature", guard::apply)
                .outcome();
    }

    /** Waits until this replica takes what another one has read. */
    void awaitSharing(Replica other, Company company) {
        Awaitility.await().atMost(PATIENCE).until(() -> {
            String user = company.newUser();
            other.get(user);
            int taken = events.reads.getOrDefault("replica", 0);
            get(user);
            return events.reads.getOrDefault("replica", 0) > taken;
        });
    }

    LivePermissions get(String user) {
        return get(user, Duration.ofSeconds(30));
    }

    LivePermissions get(String user, Duration maxAge) {
        return cache.get(key(user), Freshness.within(maxAge, clock().nanos()), Scopes.of("read:report"));
    }

    static PermissionKey key(String user) {
        return new PermissionKey(new Subject(Subject.Type.USER, user), "acme", Audience.ORGANIZATION);
    }

    SteadyClock clock() {
        return provider.clock().steady();
    }

    @Override
    public void close() {
        guard.close();
        cache.close();
        sharing.close();
        connections.destroy();
    }
}

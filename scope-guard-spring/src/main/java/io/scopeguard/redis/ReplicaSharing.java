package io.scopeguard.redis;

import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.scopeguard.provider.CallBudget;
import io.scopeguard.provider.IdentityProvider;
import io.scopeguard.scope.Audience;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.lettuce.LettuceConnection;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * Sharing between the replicas of an application through one Redis. It runs from the beginning, and stops before its connections are
 * closed, so that the other replicas learn of it. Thread-safe. Close it to stop its threads.
 */
public final class ReplicaSharing implements SmartLifecycle, AutoCloseable {

    private static final long MAX_WAIT_MILLIS = 1_000;

    private final LettuceConnectionFactory factory;
    private final SharingSettings settings;
    private final SharingListener listener;
    private final String replica = UUID.randomUUID().toString();
    private final BoundedRedis redis;
    private final List<ProviderSharing> parts = new CopyOnWriteArrayList<>();
    private volatile boolean isRunning = true;
    private @Nullable LettuceConnection connection;

    /**
     * @param factory makes connections, lazily
     */
    public ReplicaSharing(LettuceConnectionFactory factory, SharingSettings settings, SharingListener listener) {
        this.factory = factory;
        this.settings = settings;
        this.listener = listener;
        this.redis = new BoundedRedis(this::commands, settings, listener);
    }

    /** The factory owns the connection that its clients share: it may close it, and then has another one. */
    private synchronized RedisClusterAsyncCommands<byte[], byte[]> commands() {
        RedisConnection fresh = factory.getConnection();
        if (fresh instanceof LettuceConnection lettuce) {
            RedisClusterAsyncCommands<byte[], byte[]> commands = lettuce.getNativeConnection();
            LettuceConnection former = connection;
            connection = lettuce;
            if (former != null) {
                // Does not close a shared connection.
                former.close();
            }
            return commands;
        }
        throw new IllegalStateException("The connection is not Lettuce's: " + fresh.getClass());
    }

    /**
     * The sharing about one provider. Replicas share if they have the same provider and the same resources.
     *
     * @param resources the API's resources, which determine the scopes that are read
     */
    public ProviderSharing of(IdentityProvider provider, Collection<Audience> resources) {
        String tenant = provider.issuers().get(0)
                + '\n'
                + resources.stream().map(Audience::value).sorted().collect(Collectors.joining("\n"));
        ProviderSharing part = new ProviderSharing(this, provider, tenant);
        parts.add(part);
        return part;
    }

    /**
     * The limit on the calls that all replicas make to a provider together, whatever their resources.
     *
     * @param provider name of the provider
     * @param tenant the provider's tenant
     * @param calls the limit, in calls a second
     */
    public CallBudget budget(String provider, String tenant, int calls) {
        return CallBudget.shared(
                calls,
                new SharedTokens(
                        redis, Keys.of(settings, provider, tenant), calls, settings, this::server, this::replicas));
    }

    /** The clock of Redis, or {@code null} while it is unknown. */
    private @Nullable ServerClock server() {
        return parts.stream()
                .map(ProviderSharing::server)
                .filter(ServerClock::isKnown)
                .findFirst()
                .orElse(null);
    }

    /** The last known number of replicas, including this one. */
    public int replicas() {
        return parts.stream().mapToInt(ProviderSharing::replicas).max().orElse(1);
    }

    /** Whether Redis responds. */
    public boolean isReachable() {
        return redis.isReachable();
    }

    List<ProviderSharing> parts() {
        return parts;
    }

    Supplier<RedisConnection> connections() {
        return factory::getConnection;
    }

    SharingSettings settings() {
        return settings;
    }

    SharingListener listener() {
        return listener;
    }

    String replica() {
        return replica;
    }

    BoundedRedis redis() {
        return redis;
    }

    /** A command that waits must end before the client's own time-out. */
    long waitMillis() {
        long timeout = factory.getClientConfiguration().getCommandTimeout().toMillis();
        return timeout <= 0 ? MAX_WAIT_MILLIS : Math.max(Math.min(MAX_WAIT_MILLIS, timeout / 2), 1);
    }

    @Override
    public void start() {
        parts.forEach(ProviderSharing::resume);
        isRunning = true;
    }

    /** Signs this replica off. It continues alone until the start. */
    @Override
    public void stop() {
        isRunning = false;
        parts.forEach(ProviderSharing::pause);
        redis.pause();
    }

    @Override
    public boolean isRunning() {
        return isRunning;
    }

    /** Stops before the connections, and after the web server. */
    @Override
    public int getPhase() {
        return factory.getPhase() + 1;
    }

    @Override
    public void close() {
        parts.forEach(ProviderSharing::close);
    }
}

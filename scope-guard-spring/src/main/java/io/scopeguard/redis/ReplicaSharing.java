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
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.lettuce.LettuceConnection;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/** Sharing between the replicas of an application through one Redis. Thread-safe. Close it to stop its threads. */
public final class ReplicaSharing implements AutoCloseable {

    private static final long MAX_WAIT_MILLIS = 1_000;

    private final LettuceConnectionFactory factory;
    private final SharingSettings settings;
    private final SharingListener listener;
    private final String replica = UUID.randomUUID().toString();
    private final BoundedRedis redis;
    private final List<ProviderSharing> parts = new CopyOnWriteArrayList<>();

    /**
     * @param factory makes connections, lazily
     */
    public ReplicaSharing(LettuceConnectionFactory factory, SharingSettings settings, SharingListener listener) {
        this.factory = factory;
        this.settings = settings;
        this.listener = listener;
        this.redis = new BoundedRedis(this::commands, settings, listener);
    }

    private RedisClusterAsyncCommands<byte[], byte[]> commands() {
        RedisConnection connection = factory.getConnection();
        if (connection instanceof LettuceConnection lettuce) {
            // Lettuce reconnects. The factory owns the connection and closes it.
            return lettuce.getNativeConnection();
        }
        throw new IllegalStateException("The connection is not Lettuce's: " + connection.getClass());
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
                calls, new SharedTokens(redis, Keys.of(settings, provider, tenant), calls, settings, this::replicas));
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
    public void close() {
        parts.forEach(ProviderSharing::close);
    }
}

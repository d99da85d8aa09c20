package io.scopeguard.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.scopeguard.provider.ScopeCatalogue;
import io.scopeguard.provider.ScopeCatalogue.Listing;
import io.scopeguard.provider.ScopeCatalogue.Sighting;
import io.scopeguard.scope.Audience;
import io.scopeguard.time.SteadyClock;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

class SharedCatalogueTests {

    /** The commands that write. */
    private static final Set<String> WRITES = Set.of("set", "evalsha");

    private static final SteadyClock CLOCK = SteadyClock.system();

    private final TestRedis server = new TestRedis();
    private final LettuceConnectionFactory connections = server.connections();
    private final Keys keys = Keys.of(Replica.settings(null), "company", "tenant");

    @AfterEach
    void close() {
        connections.destroy();
        server.close();
    }

    @Test
    void addWhenTwoReplicasWriteAtOnceThenTheSightingsOfBothAreStored() {
        SharedCatalogue second = shared(catalogue("export:report"), Replica.bounded(connections));
        AtomicReference<Runnable> meanwhile = new AtomicReference<>(second::add);
        SharedCatalogue first = shared(catalogue("import:report"), Replica.bounded(() -> beforeWrites(meanwhile)));

        first.add();

        ScopeCatalogue third = empty();
        shared(third, Replica.bounded(connections)).take();
        assertThat(third.sightings())
                .extracting(Sighting::scope)
                .containsExactlyInAnyOrder("export:report", "import:report");
    }

    /** Commands before the first of which that writes something else happens. */
    private RedisClusterAsyncCommands<byte[], byte[]> beforeWrites(AtomicReference<Runnable> meanwhile) {
        RedisClusterAsyncCommands<byte[], byte[]> commands = Replica.commands(connections);
        @SuppressWarnings("unchecked")
        RedisClusterAsyncCommands<byte[], byte[]> interrupted =
                (RedisClusterAsyncCommands<byte[], byte[]>) Proxy.newProxyInstance(
                        getClass().getClassLoader(),
                        new Class<?>[] {RedisClusterAsyncCommands.class},
                        (self, method, arguments) -> {
                            if (WRITES.contains(method.getName())) {
                                meanwhile.getAndSet(() -> {}).run();
                            }
                            return method.invoke(commands, arguments);
                        });
        return interrupted;
    }

    private SharedCatalogue shared(ScopeCatalogue catalogue, BoundedRedis redis) {
        return new SharedCatalogue(redis, keys, new ServerClock(CLOCK), catalogue);
    }

    private static ScopeCatalogue empty() {
        return new Company().provider(CLOCK).catalogue();
    }

    private static ScopeCatalogue catalogue(String scope) {
        ScopeCatalogue catalogue = empty();
        catalogue.learn(Audience.ORGANIZATION, Map.of(scope, new Listing("id", null)), CLOCK.nanos());
        return catalogue;
    }
}

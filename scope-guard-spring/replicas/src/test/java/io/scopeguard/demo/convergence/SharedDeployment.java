package io.scopeguard.demo.convergence;

import io.scopeguard.ScopeGuard;
import io.scopeguard.logtobox.Http;
import io.scopeguard.redis.Heartbeats;
import io.scopeguard.redis.ReplicaSharing;
import io.scopeguard.redis.SharingListener;
import io.scopeguard.redis.SharingSettings;
import io.scopeguard.redis.TestRedis;
import io.scopeguard.redis.TimedConnections;
import io.scopeguard.spring.sharing.RedisSharing;
import io.scopeguard.spring.sharing.Sharing;
import io.scopeguard.testing.MovableClock;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.types.RedisClientInfo;

/**
 * Instances that share through one Redis, each with its own threads and connections, behind a proxy. Redis has the time of the
 * movable clock.
 */
final class SharedDeployment implements Deployment {

    /** Time-outs are long, since the machine may be busy. Ages are the defaults. */
    private static final SharingSettings SETTINGS = new SharingSettings(
            "convergence",
            null,
            Duration.ofMinutes(2),
            Duration.ofMillis(100),
            Duration.ofSeconds(30),
            Duration.ofSeconds(30),
            Duration.ofMinutes(5));

    /** A command to Redis takes twice that. */
    private static final Duration WAY = Duration.ofNanos(500_000);

    /** Each instance waits for entries of two streams. */
    private static final int STREAMS = 2;

    /** How Redis marks a client whose command waits. */
    private static final String BLOCKED = "b";

    private static final Duration HEARTBEAT = Duration.ofSeconds(1);

    private static final long UNSETTLED = -1;

    private final TestRedis redis = new TestRedis();
    private final LettuceConnectionFactory observer = redis.connections();
    private final List<Instance> instances = new CopyOnWriteArrayList<>();
    private final Map<List<Guard>, RoundRobinProxy> proxies = new ConcurrentHashMap<>();
    private Instant lastBeat = Instant.EPOCH;

    /** The number of scripts that were sent when everything was exchanged. */
    private long settledAfter = UNSETTLED;

    private record Instance(GenericApplicationContext context, TimedConnections connections, ReplicaSharing sharing) {

        /** Waits until Redis has everything that was written without waiting. */
        void awaitWrites() {
            try (RedisConnection connection = connections.getConnection()) {
                connection.stringCommands().get("nothing".getBytes(StandardCharsets.UTF_8));
            }
        }

        void beat() {
            Heartbeats.beat(sharing, context.getBean(ScopeGuard.class));
        }
    }

    @Override
    public boolean isShared() {
        return true;
    }

    @Override
    public void equip(GenericApplicationContext instance, MovableClock clock) {
        TimedConnections connections = new TimedConnections(redis, clock, WAY);
        ReplicaSharing sharing = new ReplicaSharing(connections, SETTINGS, SharingListener.none());
        instance.registerBean("replicaSharing", ReplicaSharing.class, () -> sharing);
        instance.registerBean("sharing", Sharing.class, () -> new RedisSharing(sharing));
        instances.add(new Instance(instance, connections, sharing));
    }

    @Override
    public Api inFront(List<Guard> serving) {
        RoundRobinProxy proxy = proxies.computeIfAbsent(
                serving,
                each -> new RoundRobinProxy(each.stream().map(Guard::endpoint).toList()));
        Http http = new Http(proxy.endpoint());
        return (path, token) -> http.get(path, "Authorization", "Bearer " + token);
    }

    /** A reader that waits for entries has taken all those before. Only scripts write. */
    @Override
    public boolean isSettled() {
        List<Instance> running = running();
        long sent = sent(running);
        if (sent == settledAfter) {
            return true;
        }
        running.forEach(Instance::awaitWrites);
        List<String> waiting = waiting();
        boolean isSettled =
                running.stream().allMatch(each -> Collections.frequency(waiting, each.connections.name()) == STREAMS);
        settledAfter = isSettled ? sent : UNSETTLED;
        return isSettled;
    }

    private static long sent(List<Instance> running) {
        return running.stream().mapToLong(each -> each.connections.sent()).sum();
    }

    /** The names of the connections that wait for entries of a stream. */
    private List<String> waiting() {
        try (RedisConnection connection = observer.getConnection()) {
            List<RedisClientInfo> clients = connection.serverCommands().getClientList();
            return clients == null
                    ? List.of()
                    : clients.stream()
                            .filter(client -> client.getFlags().contains(BLOCKED))
                            .map(RedisClientInfo::getName)
                            .toList();
        }
    }

    /** Heartbeats, which tell each instance the time of Redis. */
    @Override
    public void keepUp(Instant now) {
        if (Duration.between(lastBeat, now).compareTo(HEARTBEAT) >= 0) {
            lastBeat = now;
            running().forEach(Instance::beat);
        }
    }

    private List<Instance> running() {
        return instances.stream().filter(each -> each.context.isActive()).toList();
    }

    @Override
    public void close() {
        proxies.values().forEach(RoundRobinProxy::close);
        instances.forEach(each -> each.connections.destroy());
        observer.destroy();
        redis.close();
    }
}

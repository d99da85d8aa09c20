package io.scopeguard.redis;

import static org.awaitility.Awaitility.await;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.sentinel.api.StatefulRedisSentinelConnection;
import io.lettuce.core.sentinel.api.sync.RedisSentinelCommands;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A Sentinel that watches one server and its replicas. It promotes another one only when it is told to. */
final class TestSentinel implements AutoCloseable {

    static final String NAME = "main";

    private final int port;
    private final Process process;
    private final RedisClient client;

    private TestSentinel(int port, Process process) {
        this.port = port;
        this.process = process;
        this.client = RedisClient.create(RedisURI.builder()
                .withHost("127.0.0.1")
                .withPort(port)
                .withTimeout(Duration.ofSeconds(30))
                .build());
    }

    static TestSentinel start(TestRedis watched, Path folder) throws IOException {
        int port = TestRedis.freePort();
        Path configuration = Files.writeString(
                folder.resolve("sentinel.conf"), """
                port %d
                bind 127.0.0.1
                dir %s
                sentinel monitor %s 127.0.0.1 %d 1
                sentinel down-after-milliseconds %s 600000
                """.formatted(port, folder, NAME, watched.port(), NAME));
        Process process = new ProcessBuilder(TestRedis.executable().toString(), configuration.toString(), "--sentinel")
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectErrorStream(true)
                .start();
        return new TestSentinel(port, process);
    }

    int port() {
        return port;
    }

    /** Makes a replica the server that all clients use. */
    void promote(TestRedis replica) {
        try (StatefulRedisSentinelConnection<String, String> connection = connection()) {
            RedisSentinelCommands<String, String> sentinel = connection.sync();
            await().atMost(Replica.PATIENCE)
                    .until(() -> sentinel.replicas(NAME).stream()
                            .anyMatch(each -> "ok".equals(each.get("master-link-status"))));
            // It refuses until it has seen that the replica is in order.
            await().atMost(Replica.PATIENCE).ignoreExceptions().until(() -> "OK".equals(sentinel.failover(NAME)));
            await().atMost(Replica.PATIENCE)
                    .until(() -> sentinel.getMasterAddrByName(NAME) instanceof InetSocketAddress address
                            && address.getPort() == replica.port());
        }
    }

    private StatefulRedisSentinelConnection<String, String> connection() {
        return await().atMost(Replica.PATIENCE)
                .ignoreExceptions()
                .until(client::connectSentinel, StatefulRedisSentinelConnection::isOpen);
    }

    @Override
    public void close() {
        client.shutdown(0, 0, TimeUnit.SECONDS);
        process.destroy();
    }
}

package io.scopeguard.redis;

import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.Delay;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import redis.embedded.RedisServer;
import redis.embedded.core.ExecutableProvider;
import redis.embedded.core.RedisServerBuilder;

/**
 * A Redis server of its own, which can be stopped and started again, empty. The environment variable {@code REDIS_SERVER} names
 * another executable than the one that the tests bring. Where there is none for the platform, the tests are skipped and say so.
 */
public final class TestRedis implements AutoCloseable {

    private static final String EXECUTABLE = "REDIS_SERVER";

    /** Connects anew soon, where Lettuce would wait longer and longer. */
    private static final ClientResources RESOURCES = ClientResources.builder()
            .reconnectDelay(Delay.constant(Duration.ofMillis(100)))
            .build();

    private static final int ATTEMPTS = 10;
    private static final long PAUSE_MILLIS = 200;

    private final int port;
    private final List<String> settings;
    private @Nullable RedisServer server;

    /** Starts a server with further settings, as they are in a configuration file. */
    public TestRedis(String... settings) {
        this.settings = List.of(settings);
        int free = freePort();
        for (int i = 1; !isStarted(free, i == ATTEMPTS); i++) {
            free = freePort();
        }
        this.port = free;
    }

    public int port() {
        return port;
    }

    /** Starts it again. */
    public void start() {
        for (int i = 1; !isStarted(port, i == ATTEMPTS); i++) {
            pause();
        }
    }

    /** Starts it, unless the port was given to another process a moment ago. */
    private boolean isStarted(int free, boolean isLast) {
        File program = executable();
        try {
            RedisServerBuilder builder = RedisServer.newRedisServer()
                    .port(free)
                    .setting("bind 127.0.0.1")
                    .setting("save ''")
                    .setting("appendonly no");
            settings.forEach(builder::setting);
            builder.executableProvider(() -> program);
            RedisServer fresh = builder.build();
            fresh.start();
            server = fresh;
            return true;
        } catch (IOException e) {
            if (isLast) {
                throw new UncheckedIOException(e);
            }
            return false;
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The program, which is a Sentinel, too. Skips the test if there is none for this platform. */
    static File executable() {
        String executable = System.getenv(EXECUTABLE);
        if (executable != null && !executable.isEmpty()) {
            return new File(executable);
        }
        try {
            return ExecutableProvider.newJarResourceProvider().get();
        } catch (IOException | RuntimeException e) {
            return Assumptions.abort("No Redis server for this platform (" + e.getMessage() + "): set " + EXECUTABLE
                    + " to the path of a redis-server to run these tests.");
        }
    }

    public void stop() {
        RedisServer running = server;
        if (running != null) {
            try {
                running.stop();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            server = null;
        }
    }

    /** Connections to the server. */
    public LettuceConnectionFactory connections() {
        LettuceConnectionFactory factory = new LettuceConnectionFactory(configuration(), client().build());
        factory.afterPropertiesSet();
        factory.start();
        return factory;
    }

    RedisStandaloneConfiguration configuration() {
        return new RedisStandaloneConfiguration("127.0.0.1", port);
    }

    /** A client that is patient, since the machine may be busy, and connects anew soon. */
    static LettuceClientConfiguration.LettuceClientConfigurationBuilder client() {
        return LettuceClientConfiguration.builder()
                .commandTimeout(Duration.ofSeconds(30))
                .clientResources(RESOURCES)
                .shutdownTimeout(Duration.ZERO);
    }

    static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        stop();
    }
}

package io.scopeguard.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.scopeguard.testing.MovableClock;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.springframework.data.redis.connection.lettuce.LettuceConnection;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionProvider;

/**
 * Connections to a real Redis whose scripts see the time of a movable clock. Each script takes a moment by that clock, so that
 * times are as uncertain as they are in real life.
 */
public final class TimedConnections extends LettuceConnectionFactory {

    private static final String TIME = "redis.call('TIME')";

    private final MovableClock clock;
    private final Duration way;
    private final String name;
    private final AtomicInteger sent = new AtomicInteger();

    /** @param way how long a command is under way to Redis, and its answer back */
    public TimedConnections(TestRedis redis, MovableClock clock, Duration way) {
        this(redis, clock, way, UUID.randomUUID().toString());
    }

    private TimedConnections(TestRedis redis, MovableClock clock, Duration way, String name) {
        super(redis.configuration(), TestRedis.client().clientName(name).build());
        this.clock = clock;
        this.way = way;
        this.name = name;
        afterPropertiesSet();
        start();
    }

    /** The name by which Redis lists these connections. */
    public String name() {
        return name;
    }

    /** How many scripts were sent. */
    public int sent() {
        return sent.get();
    }

    @Override
    protected LettuceConnection doCreateLettuceConnection(
            @Nullable StatefulRedisConnection<byte[], byte[]> sharedConnection,
            LettuceConnectionProvider provider,
            long timeout,
            int database) {
        return new LettuceConnection(sharedConnection, provider, timeout, database) {
            @Override
            public RedisClusterAsyncCommands<byte[], byte[]> getNativeConnection() {
                return timed(super.getNativeConnection());
            }
        };
    }

    @SuppressWarnings("unchecked")
    private RedisClusterAsyncCommands<byte[], byte[]> timed(RedisClusterAsyncCommands<byte[], byte[]> commands) {
        Class<?>[] types = {RedisClusterAsyncCommands.class};
        return (RedisClusterAsyncCommands<byte[], byte[]>) Proxy.newProxyInstance(
                getClass().getClassLoader(), types, (self, method, arguments) -> switch (method.getName()) {
                    case "evalsha" -> unknown();
                    case "eval" ->
                        arguments[0] instanceof byte[] script
                                ? evaluated(commands, script, arguments)
                                : call(commands, method, arguments);
                    default -> call(commands, method, arguments);
                });
    }

    /** No script is known by its digest, so that each is sent as a whole. */
    private static Object unknown() {
        CompletionStage<Object> failure = CompletableFuture.failedFuture(new RedisNoScriptException("It changes."));
        return Proxy.newProxyInstance(
                TimedConnections.class.getClassLoader(),
                new Class<?>[] {RedisFuture.class},
                (self, method, arguments) -> method.invoke(failure, arguments));
    }

    private @Nullable Object call(
            RedisClusterAsyncCommands<byte[], byte[]> commands, Method method, @Nullable Object @Nullable [] arguments)
            throws Throwable {
        try {
            return method.invoke(commands, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    /** Sends the script as a whole, with the present time in it. */
    private Object evaluated(RedisClusterAsyncCommands<byte[], byte[]> commands, byte[] text, Object[] arguments) {
        sent.incrementAndGet();
        clock.advance(way);
        Instant now = clock.instant();
        String time = "{'%d', '%d'}".formatted(now.getEpochSecond(), TimeUnit.NANOSECONDS.toMicros(now.getNano()));
        byte[] script = new String(text, UTF_8).replace(TIME, time).getBytes(UTF_8);
        Object result = commands.eval(
                script, (ScriptOutputType) arguments[1], (byte[][]) arguments[2], (byte[][]) arguments[3]);
        clock.advance(way);
        return result;
    }
}

package io.scopeguard.redis;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.cluster.api.async.RedisAdvancedClusterAsyncCommands;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commands to a Redis server that may be slow, full or unreachable. Each command waits for the time-out at most. After a few
 * failures, commands are suspended, so that no read waits: only {@link #probe} and {@link #callWhileSuspended} send commands, and
 * only {@code probe} ends the suspension. Thread-safe.
 */
final class BoundedRedis {

    private static final Logger log = LoggerFactory.getLogger(BoundedRedis.class);

    /** The number of successive failures that suspends commands. */
    private static final int FAILURES = 3;

    private static final float ALL = 100;

    /** The limit on commands in flight that no caller waits for. */
    private static final int MAX_UNAWAITED = 10_000;

    private final Supplier<RedisClusterAsyncCommands<byte[], byte[]>> connecting;
    private final Duration timeout;
    private final SharingListener listener;
    private final CircuitBreaker breaker;
    private final Semaphore unawaited = new Semaphore(MAX_UNAWAITED);
    private volatile @Nullable RedisClusterAsyncCommands<byte[], byte[]> commands;
    private final AtomicBoolean reachable = new AtomicBoolean();
    private final AtomicBoolean reported = new AtomicBoolean();

    /** An operation on a connection. */
    interface Command<T> {

        CompletionStage<T> send(RedisClusterAsyncCommands<byte[], byte[]> commands);
    }

    /**
     * @param connecting makes a connection, or returns the one it has made; may take long, and is used by {@link #probe} only
     */
    BoundedRedis(
            Supplier<RedisClusterAsyncCommands<byte[], byte[]>> connecting,
            SharingSettings settings,
            SharingListener listener) {
        this.connecting = connecting;
        this.timeout = settings.timeout();
        this.listener = listener;
        this.breaker = CircuitBreaker.of(
                "redis",
                CircuitBreakerConfig.custom()
                        .slidingWindowSize(FAILURES)
                        .minimumNumberOfCalls(FAILURES)
                        .failureRateThreshold(ALL)
                        .waitDurationInOpenState(settings.pause())
                        .permittedNumberOfCallsInHalfOpenState(1)
                        .build());
    }

    /** Whether commands are sent at present. */
    boolean isReachable() {
        return reachable.get() && breaker.getState() == State.CLOSED;
    }

    /** Sends a command and waits for the response; empty if there is none in time, or commands are suspended. */
    <T> Optional<T> call(Command<T> command) {
        RedisClusterAsyncCommands<byte[], byte[]> connected = commands;
        return connected == null || !isReachable() ? Optional.empty() : answered(command, connected);
    }

    /**
     * Sends a command even while commands are suspended, and waits for the response. For commands that are worth a wait: if this
     * process gets no processor time, its own pauses look like pauses of Redis.
     */
    <T> Optional<T> callWhileSuspended(Command<T> command) {
        RedisClusterAsyncCommands<byte[], byte[]> connected = commands;
        return connected == null ? Optional.empty() : answered(command, connected);
    }

    private <T> Optional<T> answered(Command<T> command, RedisClusterAsyncCommands<byte[], byte[]> connected) {
        long start = System.nanoTime();
        if (isDisconnected(connected)) {
            // Lettuce would keep the command until it has connected again.
            failed("error", start, new RedisConnectionException("The connection was lost."));
            return Optional.empty();
        }
        @Nullable CompletableFuture<T> answer = null;
        try {
            answer = command.send(connected).toCompletableFuture();
            T value = answer.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
            ended("ok", start);
            breaker.onSuccess(System.nanoTime() - start, TimeUnit.NANOSECONDS);
            return Optional.ofNullable(value);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        } catch (TimeoutException e) {
            answer.cancel(true);
            failed("timeout", start, e);
        } catch (ExecutionException | RuntimeException e) {
            failed("error", start, e);
        }
        return Optional.empty();
    }

    /** A connection to a Cluster consists of several. */
    private static boolean isDisconnected(RedisClusterAsyncCommands<byte[], byte[]> commands) {
        return commands instanceof RedisAsyncCommands<byte[], byte[]> && !isOpen(commands);
    }

    /** The only way from commands to their connection, although Lettuce deprecates it. */
    @SuppressWarnings("deprecation")
    private static boolean isOpen(RedisClusterAsyncCommands<byte[], byte[]> commands) {
        StatefulConnection<?, ?> connection = null;
        if (commands instanceof RedisAsyncCommands<byte[], byte[]> single) {
            connection = single.getStatefulConnection();
        } else if (commands instanceof RedisAdvancedClusterAsyncCommands<byte[], byte[]> cluster) {
            connection = cluster.getStatefulConnection();
        }
        return connection == null || connection.isOpen();
    }

    /** Sends a command without waiting. If commands are suspended, or Redis is slow, the command may be dropped. */
    <T> void send(Command<T> command) {
        send(command, () -> {});
    }

    /**
     * Sends a command without waiting. If commands are suspended, or Redis is slow, the command may be dropped.
     *
     * @param ifFailed runs if the command is dropped or fails
     */
    <T> void send(Command<T> command, Runnable ifFailed) {
        RedisClusterAsyncCommands<byte[], byte[]> connected = commands;
        if (connected == null || !isReachable() || !unawaited.tryAcquire()) {
            ifFailed.run();
            return;
        }
        long start = System.nanoTime();
        try {
            command.send(connected).whenComplete((value, failure) -> {
                unawaited.release();
                ended(failure == null ? "ok" : "error", start);
                if (failure != null) {
                    ifFailed.run();
                }
            });
        } catch (RuntimeException e) {
            unawaited.release();
            failed("error", start, e);
            ifFailed.run();
        }
    }

    /** Counts a command for whose response the caller waits. Without a response, the caller uses {@link #suspect}. */
    <F extends CompletionStage<?>> F counted(Supplier<F> command) {
        long start = System.nanoTime();
        F sent = command.get();
        var unused = sent.whenComplete((value, failure) -> {
            boolean isLate = System.nanoTime() - start > timeout.toNanos();
            ended(isLate ? "timeout" : failure == null ? "ok" : "error", start);
        });
        return sent;
    }

    private void failed(String outcome, long start, Throwable cause) {
        ended(outcome, start);
        suspect(cause);
    }

    /** A command had no response in time. After a few of them, commands are suspended. */
    void suspect(Throwable cause) {
        breaker.onError(0, TimeUnit.NANOSECONDS, cause);
        if (breaker.getState() != State.CLOSED) {
            unreachable(cause);
        }
    }

    private void ended(String outcome, long start) {
        listener.commanded(outcome, Duration.ofNanos(System.nanoTime() - start));
    }

    /**
     * Checks whether Redis responds; while commands are suspended, only once the pause is over. May wait for a connection, so call
     * it on a separate thread.
     */
    <T> Optional<T> probe(Command<T> command) {
        RedisClusterAsyncCommands<byte[], byte[]> connected = connected();
        if (connected == null || !breaker.tryAcquirePermission()) {
            return Optional.empty();
        }
        Optional<T> answer = answered(command, connected);
        if (answer.isPresent() && breaker.getState() == State.CLOSED) {
            reachable();
        }
        return answer;
    }

    /** Lettuce opens a lost connection again, but not one that its owner has closed and replaced. */
    private @Nullable RedisClusterAsyncCommands<byte[], byte[]> connected() {
        RedisClusterAsyncCommands<byte[], byte[]> known = commands;
        if (known != null && isOpen(known)) {
            return known;
        }
        try {
            RedisClusterAsyncCommands<byte[], byte[]> fresh = connecting.get();
            commands = fresh;
            return fresh;
        } catch (RuntimeException e) {
            unreachable(e);
            return null;
        }
    }

    /** The connection, for commands that this class does not send; {@code null} before the first command. */
    @Nullable
    RedisClusterAsyncCommands<byte[], byte[]> commands() {
        return commands;
    }

    /** Suspends commands until the next {@link #probe}, because the connection is about to be closed. */
    void pause() {
        reachable.set(false);
    }

    private void reachable() {
        if (reachable.compareAndSet(false, true)) {
            reported.set(false);
            log.info("Redis responds: reads are shared with the other replicas.");
        }
    }

    private void unreachable(Throwable cause) {
        reachable.set(false);
        if (reported.compareAndSet(false, true)) {
            log.warn(
                    "Redis does not respond ({}). This replica continues alone, with its part of the call budget, and tries"
                            + " again.",
                    cause.getClass().getSimpleName());
        }
    }
}

package io.scopeguard.spring.client;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Performs work once at a time for each key. Callers that arrive meanwhile wait for the result. The first caller's thread does the
 * work, and no lock is held meanwhile. Thread-safe.
 */
final class SharedWork<T> {

    private final ConcurrentMap<String, CompletableFuture<T>> running = new ConcurrentHashMap<>();
    private final Duration patience;

    /** @param patience how long to wait for another caller's work before performing it again */
    SharedWork(Duration patience) {
        this.patience = patience;
    }

    /**
     * The result of the work in progress, or of this work.
     *
     * @throws RuntimeException if the work throws it
     */
    T result(String key, Supplier<T> work) {
        CompletableFuture<T> own = new CompletableFuture<>();
        CompletableFuture<T> other = running.putIfAbsent(key, own);
        if (other != null) {
            return joined(other, work);
        }
        try {
            own.complete(work.get());
        } catch (RuntimeException | Error e) {
            own.completeExceptionally(e);
            throw e;
        } finally {
            running.remove(key, own);
        }
        return own.join();
    }

    private T joined(CompletableFuture<T> other, Supplier<T> work) {
        try {
            return other.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            return work.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while waiting for a token", e);
        } catch (ExecutionException e) {
            throw rethrown(e.getCause());
        }
    }

    private static RuntimeException rethrown(@Nullable Throwable cause) {
        if (cause instanceof Error error) {
            throw error;
        }
        return cause instanceof RuntimeException runtime ? runtime : new IllegalStateException(cause);
    }
}

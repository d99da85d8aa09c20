package io.scopeguard.permission;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Where reads wait for their turn, and what runs them: threads, or a test that lets time pass as it likes. A read may be handed
 * over twice, as urgent after it was not.
 */
interface Readers extends AutoCloseable {

    /**
     * Runs the read as soon as possible.
     *
     * @throws PermissionsUnavailableException if too many are waiting
     */
    void now(Read read);

    /**
     * Runs the read when its turn comes, the oldest first.
     *
     * @return a read that is given up for it, maybe this one, or {@code null}
     */
    @Nullable
    Read ahead(Read read);

    /** Whether a read would begin at once. */
    boolean areFree();

    /** The time by which waits are measured. */
    long nanoTime();

    /** Waits for a result. */
    <T extends @Nullable Object> T await(CompletableFuture<T> result, long nanos)
            throws InterruptedException, ExecutionException, TimeoutException;

    @Override
    void close();
}

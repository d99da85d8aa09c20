package io.scopeguard.permission.flight;

import io.scopeguard.annotation.Internal;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;

/**
 * Runs the steps of reads. In production these are threads; tests can determine order and time.
 *
 * @hidden
 */
@Internal
public interface ReadExecutor extends AutoCloseable {

    /** Runs the flight's next step as soon as possible. May be called for a flight that already waits in the background. */
    void foreground(Flight<?> flight);

    /** Runs the flight's next step when its turn comes: the oldest fact first. */
    void background(Flight<?> flight);

    /**
     * Runs work that may wait briefly, but not for the provider.
     *
     * @return whether it will run; {@code false} if there is too much work
     */
    boolean soon(Runnable work);

    /**
     * Whether a foreground step would begin at once, and without overtaking the background read of an older fact.
     *
     * @param readAt the age of the fact to read
     */
    boolean isNext(long readAt);

    /** The number of foreground flights that run or wait. */
    int foreground();

    /** The number of background flights that wait. */
    int waiting();

    /**
     * Waits for a result.
     *
     * @param nanos the maximum time to wait
     * @throws TimeoutException if the time is up before there is a result
     */
    void await(CompletableFuture<?> result, long nanos) throws InterruptedException, TimeoutException;

    @Override
    void close();
}

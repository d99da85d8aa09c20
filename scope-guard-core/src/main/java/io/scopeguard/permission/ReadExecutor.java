package io.scopeguard.permission;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;

/** Runs the steps of reads: threads, or a test that decides about order and time. */
interface ReadExecutor extends AutoCloseable {

    /** Runs the flight's next step as soon as possible. A flight may be handed over again while it waits in the background. */
    void foreground(Flight flight);

    /** Runs the flight's next step when its turn comes: the oldest fact first. */
    void background(Flight flight);

    /**
     * Whether a foreground step would begin at once, and without overtaking the background read of an older fact.
     *
     * @param readAt the age of the fact to read
     */
    boolean isNext(long readAt);

    /** How many foreground flights run or wait. */
    int foreground();

    /** How many background flights wait. */
    int waiting();

    /**
     * Waits for a result.
     *
     * @param nanos how long at most
     * @throws TimeoutException if it is not there by then
     */
    void await(CompletableFuture<?> result, long nanos) throws InterruptedException, TimeoutException;

    @Override
    void close();
}

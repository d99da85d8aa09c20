package io.scopeguard.permission;

import io.scopeguard.permission.flight.Flight;
import io.scopeguard.permission.flight.ReadExecutor;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;

/** Runs the steps of reads on the test's thread, in the order of a list of choices. */
final class ChosenOrder implements ReadExecutor {

    private final List<Flight<?>> waiting = new ArrayList<>();
    private final Iterator<Integer> choices;

    ChosenOrder(Iterator<Integer> choices) {
        this.choices = choices;
    }

    boolean hasChoices() {
        return choices.hasNext();
    }

    /** The index of the next chosen option, or zero if all choices are used up. */
    int choose(int options) {
        return choices.hasNext() ? choices.next() % options : 0;
    }

    void stepAny() {
        if (!waiting.isEmpty()) {
            waiting.remove(choose(waiting.size())).step();
        }
    }

    void runAll() {
        while (!waiting.isEmpty()) {
            waiting.remove(0).step();
        }
    }

    @Override
    public void foreground(Flight<?> flight) {
        waiting.add(flight);
    }

    @Override
    public void background(Flight<?> flight) {
        waiting.add(flight);
    }

    @Override
    public boolean soon(Runnable work) {
        work.run();
        return true;
    }

    @Override
    public boolean isNext(long readAt) {
        return waiting.isEmpty();
    }

    @Override
    public int foreground() {
        return waiting.size();
    }

    @Override
    public int waiting() {
        return waiting.size();
    }

    @Override
    public void await(CompletableFuture<?> result, long nanos) throws TimeoutException {
        while (!result.isDone()) {
            if (waiting.isEmpty() || choose(20) == 19) {
                throw new TimeoutException();
            }
            stepAny();
        }
    }

    @Override
    public void close() {
        // Nothing to close.
    }
}

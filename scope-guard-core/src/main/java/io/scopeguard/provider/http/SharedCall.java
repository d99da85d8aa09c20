package io.scopeguard.provider.http;

import io.scopeguard.provider.CallContext;
import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.provider.PermissionsUnavailableException.Reason;
import io.scopeguard.provider.Priority;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Lets concurrent callers that need the same answer share one call. The call has the highest priority of its callers, from the
 * moment at which that caller joins, so that a foreground caller never waits for a background call. Thread-safe, without locks.
 *
 * @param <T> the answer
 */
final class SharedCall<T> {

    private final AtomicReference<@Nullable Flight<T>> current = new AtomicReference<>();

    /** Whether no call is in progress. */
    boolean isIdle() {
        return current.get() == null;
    }

    /**
     * Joins the call in flight, or makes a call.
     *
     * @param context of this caller
     * @param call makes the call on this thread; must use the given context
     * @throws PermissionsUnavailableException if this thread is interrupted while it waits
     */
    T join(CallContext context, Function<CallContext, T> call) {
        Flight<T> own = new Flight<>();
        own.waiting.add(context);
        Flight<T> running = current.compareAndExchange(null, own);
        if (running == null) {
            return make(own, call);
        }
        running.waiting.add(context);
        return await(running);
    }

    private T make(Flight<T> flight, Function<CallContext, T> call) {
        try {
            T answer = call.apply(flight);
            flight.answer.complete(answer);
            return answer;
        } catch (RuntimeException | Error e) {
            flight.answer.completeExceptionally(e);
            throw e;
        } finally {
            current.set(null);
        }
    }

    private static <T> T await(Flight<T> flight) {
        try {
            return flight.answer.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException failure ? failure : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PermissionsUnavailableException(Reason.TIMEOUT, "Interrupted while calling the provider.");
        }
    }

    /** One call and its waiting callers. */
    private static final class Flight<T> implements CallContext {

        private final CompletableFuture<T> answer = new CompletableFuture<>();
        private final Queue<CallContext> waiting = new ConcurrentLinkedQueue<>();

        @Override
        public Priority priority() {
            Priority highest = Priority.BACKGROUND;
            for (CallContext each : waiting) {
                Priority priority = each.priority();
                highest = priority.compareTo(highest) < 0 ? priority : highest;
            }
            return highest;
        }
    }
}

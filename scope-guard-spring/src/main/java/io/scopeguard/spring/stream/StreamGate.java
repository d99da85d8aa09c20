package io.scopeguard.spring.stream;

import org.jspecify.annotations.Nullable;

/**
 * Ends a stream between two writes. Nothing is written afterwards. The end is performed by the thread that demands it, or
 * after its write by the thread that writes. Nothing is written and nobody waits while the lock is held. Thread-safe.
 */
final class StreamGate {

    private boolean isWriting;
    private boolean isWithinEvent;
    private boolean isForced;
    private boolean isOver;
    private @Nullable Runnable pending;

    /** Before each write. */
    synchronized void enter() throws StreamEndedException {
        if (isOver) {
            throw new StreamEndedException();
        }
        isWriting = true;
    }

    /**
     * After each write, successful or not.
     *
     * @param isAtBoundary whether the bytes written so far are complete events, so that another event may follow
     */
    void leave(boolean isAtBoundary) {
        Runnable end = null;
        synchronized (this) {
            isWriting = false;
            isWithinEvent = !isAtBoundary;
            if (pending != null && !isOver && (isAtBoundary || isForced)) {
                isOver = true;
                end = pending;
            }
        }
        run(end);
    }

    /** Ends the stream as soon as nothing is being written and no event is half written. */
    void end(Runnable work) {
        Runnable end = null;
        synchronized (this) {
            if (isOver || pending != null) {
                return;
            }
            pending = work;
            if (!isWriting && !isWithinEvent) {
                isOver = true;
                end = work;
            }
        }
        run(end);
    }

    /** Ends the stream that was to end, even within an event. */
    void force() {
        Runnable end = null;
        synchronized (this) {
            isForced = true;
            if (pending != null && !isOver && !isWriting) {
                isOver = true;
                end = pending;
            }
        }
        run(end);
    }

    private static void run(@Nullable Runnable end) {
        if (end != null) {
            end.run();
        }
    }

    synchronized boolean isOver() {
        return isOver;
    }

    /** Whether the end came in the middle of an event. */
    synchronized boolean isWithinEvent() {
        return isWithinEvent;
    }
}

package io.scopeguard.provider.http;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A listener of the application, such as one for metrics. If it fails, the guard continues, and the first failure is logged.
 * Thread-safe.
 */
public final class IsolatedListener<L> {

    private static final Logger log = LoggerFactory.getLogger(IsolatedListener.class);

    private final L listener;
    private final AtomicBoolean hasFailed = new AtomicBoolean();

    public IsolatedListener(L listener) {
        this.listener = listener;
    }

    /** Passes an event to the listener. Never throws. */
    public void notify(Consumer<L> event) {
        try {
            event.accept(listener);
        } catch (RuntimeException | Error e) {
            if (hasFailed.compareAndSet(false, true)) {
                log.warn(
                        "The listener {} failed. Events are lost, and further failures are not logged.",
                        listener.getClass().getName(),
                        e);
            }
        }
    }
}

package io.scopeguard.spring.stream;

import io.scopeguard.Decision;
import io.scopeguard.Watch;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The subscriptions of a STOMP session with the same id, and the watches of the decisions that granted them. If a client repeats an
 * id, Spring's broker keeps the first subscription, so its watches stay. Thread-safe.
 */
final class StompSubscription {

    private final OpenStream session;
    private final List<Watch> watches = new CopyOnWriteArrayList<>();
    private volatile boolean isOver;

    StompSubscription(OpenStream session) {
        this.session = session;
    }

    /** Whether the right to which this decision granted access is watched already. */
    boolean watches(Decision granted) {
        return watches.stream().anyMatch(watch -> watch.isOpen() && isSame(watch.granted(), granted));
    }

    private static boolean isSame(Decision known, Decision granted) {
        return known.request().equals(granted.request())
                && Objects.equals(known.token().organization(), granted.token().organization());
    }

    void add(Watch watch) {
        watches.add(watch);
        if (isOver) {
            session.forget(watch);
        }
    }

    void close() {
        isOver = true;
        watches.forEach(session::forget);
    }
}

package io.scopeguard.spring.stream;

import io.scopeguard.Watch;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** One subscription of a STOMP session, and the watches of the decisions that granted it. Thread-safe. */
final class StompSubscription {

    private final OpenStream session;
    private final List<Watch> watches = new CopyOnWriteArrayList<>();
    private volatile boolean isOver;

    StompSubscription(OpenStream session) {
        this.session = session;
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

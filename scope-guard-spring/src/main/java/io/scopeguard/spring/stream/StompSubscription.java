package io.scopeguard.spring.stream;

import io.scopeguard.Decision;
import io.scopeguard.Watch;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The subscriptions of a STOMP session with the same id, and the watches of the decisions that granted them. If a client repeats an
 * id, Spring's broker keeps the first subscription, so its watches stay. Thread-safe.
 */
final class StompSubscription {

    private final OpenStream session;
    private final List<Watch> watches = new CopyOnWriteArrayList<>();

    /** How often handlers have still to handle SUBSCRIBE frames of this id. */
    private final AtomicInteger unhandled = new AtomicInteger();

    private volatile boolean isEnding;
    private volatile boolean isOver;

    StompSubscription(OpenStream session) {
        this.session = session;
    }

    /** A SUBSCRIBE frame is on its way to these handlers. */
    void subscribing(int handlers) {
        isEnding = false;
        unhandled.addAndGet(handlers);
    }

    /** One handler has handled a SUBSCRIBE frame. */
    void handled() {
        unhandled.decrementAndGet();
    }

    /** An UNSUBSCRIBE frame is on its way. The broker may handle it before a SUBSCRIBE frame that is still unhandled. */
    void unsubscribing() {
        isEnding = unhandled.get() <= 0;
    }

    /** Whether the UNSUBSCRIBE frame is the last one to be handled. */
    boolean isEnding() {
        return isEnding;
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

package io.scopeguard.demo.convergence;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What one client was asked for, and what it did. Thread-safe. */
final class Journal {

    /** Something the client did about its token, and whether that changed anything. */
    record Step(String action, boolean isUseful, Instant at) {}

    private record Ask(String token, String action) {}

    private final Map<Ask, Instant> asks = new LinkedHashMap<>();
    private final List<Step> steps = new ArrayList<>();

    /** Counts once for a token, however many responses say it. */
    synchronized void asked(Hint hint, Instant now) {
        asks.put(new Ask(hint.token(), hint.action()), now);
    }

    synchronized void did(String action, boolean useful, Instant now) {
        steps.add(new Step(action, useful, now));
    }

    synchronized long asks(String action) {
        return asks.keySet().stream().filter(ask -> ask.action().equals(action)).count();
    }

    synchronized int steps() {
        return steps.size();
    }

    synchronized long uselessSteps() {
        return steps.stream().filter(step -> !step.isUseful()).count();
    }

    /** Whether nothing was done, and nothing asked for, since then. */
    synchronized boolean isQuietSince(Instant time) {
        return steps.stream().noneMatch(step -> step.at().isAfter(time))
                && asks.values().stream().noneMatch(at -> at.isAfter(time));
    }

    /** In one line, for whoever has to find out why. */
    @Override
    public synchronized String toString() {
        return "asked " + asks.keySet().stream().map(Ask::action).toList() + ", did " + steps;
    }
}

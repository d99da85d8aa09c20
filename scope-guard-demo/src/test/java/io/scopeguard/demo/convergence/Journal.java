package io.scopeguard.demo.convergence;

import io.scopeguard.remedy.Remedy;
import io.scopeguard.signal.ScopeDriftHint;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The asks to one client, and its reactions. Thread-safe. */
final class Journal {

    /** A step of the client, and whether it changed anything. */
    record Step(Remedy action, boolean isUseful, Instant at) {}

    private record Ask(String token, Remedy action) {}

    private final Set<Ask> asks = new LinkedHashSet<>();
    private final List<Step> steps = new ArrayList<>();

    /** Records an ask, which counts once for a token, whatever the number of responses. */
    synchronized void asked(ScopeDriftHint hint) {
        asks.add(new Ask(hint.token(), hint.action()));
    }

    synchronized void did(Remedy action, boolean useful, Instant now) {
        steps.add(new Step(action, useful, now));
    }

    synchronized long asks(Remedy action) {
        return asks.stream().filter(ask -> ask.action() == action).count();
    }

    synchronized int steps() {
        return steps.size();
    }

    synchronized long uselessSteps() {
        return steps.stream().filter(step -> !step.isUseful()).count();
    }

    synchronized Instant lastStep() {
        return steps.isEmpty() ? Instant.MIN : steps.get(steps.size() - 1).at();
    }

    /** A summary in one line, for diagnosis. */
    @Override
    public synchronized String toString() {
        return "asked " + asks.stream().map(Ask::action).toList() + ", did " + steps;
    }
}

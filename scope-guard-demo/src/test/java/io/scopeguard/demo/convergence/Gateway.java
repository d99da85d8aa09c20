package io.scopeguard.demo.convergence;

import io.scopeguard.logtobox.Answer;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Stands before the instances of the API and lets them take turns. Thread-safe. */
final class Gateway implements Api {

    private final AtomicInteger turn = new AtomicInteger();
    private volatile List<Guard> guards;

    Gateway(Guard... guards) {
        this.guards = List.of(guards);
    }

    /** From now on, these instances serve. */
    void lead(Guard... to) {
        guards = List.of(to);
    }

    int replicas() {
        return guards.size();
    }

    @Override
    public Answer get(String path, String token) {
        List<Guard> serving = guards;
        return serving.get(turn.getAndIncrement() % serving.size()).get(path, token);
    }
}

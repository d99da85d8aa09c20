package io.scopeguard.demo.convergence;

import io.scopeguard.logtobox.Answer;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Forwards requests to the instances of the API in turn. Thread-safe. */
final class Gateway implements Api {

    private final AtomicInteger turn = new AtomicInteger();
    private final List<? extends Api> instances;

    Gateway(List<? extends Api> instances) {
        this.instances = List.copyOf(instances);
    }

    @Override
    public Answer get(String path, String token) {
        return instances.get(turn.getAndIncrement() % instances.size()).get(path, token);
    }
}

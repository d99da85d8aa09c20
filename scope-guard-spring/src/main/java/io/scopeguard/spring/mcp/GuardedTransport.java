package io.scopeguard.spring.mcp;

import java.util.concurrent.atomic.AtomicInteger;

/** A transport that passes messages through the guard. */
abstract class GuardedTransport<T> {

    /** Receives the messages. */
    final T original;

    final McpMessageGuard guard;
    private final AtomicInteger servers = new AtomicInteger();

    GuardedTransport(T original, McpMessageGuard guard) {
        this.original = original;
        this.guard = guard;
    }

    /** Another server receives its messages from here. */
    final void served() {
        servers.incrementAndGet();
    }

    /** How many servers receive their messages from here. */
    final int servers() {
        return servers.get();
    }
}

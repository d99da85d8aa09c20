package io.scopeguard.keycloak;

import io.scopeguard.provider.CallContext;
import io.scopeguard.provider.Priority;
import io.scopeguard.time.SteadyClock;
import java.time.Duration;

/**
 * The maximum age of an answer that many reads of members share: the state of their organization, and the roles of a client. An
 * individual read ({@code maxAge = 0s}) shares nothing, and after a reported change nothing older is shared. Thread-safe.
 */
final class SharedReads {

    /** A disabled organization is seen this much later at most. In exchange, a member costs two calls instead of three. */
    static final Duration MAX_AGE = Duration.ofSeconds(5);

    private final SteadyClock clock;
    private volatile long changedAt = Long.MIN_VALUE;

    SharedReads(SteadyClock clock) {
        this.clock = clock;
    }

    /** When a shared answer must have been read at the earliest, in nanoseconds of the steady clock. */
    long notBefore(CallContext context) {
        long now = clock.nanos();
        return context.priority() == Priority.INDIVIDUAL ? now : Math.max(now - MAX_AGE.toNanos(), changedAt);
    }

    /** Keycloak reported a change: earlier reads are not shared any more. */
    void changed() {
        changedAt = clock.nanos();
    }
}

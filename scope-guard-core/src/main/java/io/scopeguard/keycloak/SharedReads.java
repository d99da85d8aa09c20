package io.scopeguard.keycloak;

import io.scopeguard.provider.CallContext;
import io.scopeguard.provider.Priority;
import io.scopeguard.time.SteadyClock;
import java.time.Duration;

/**
 * The maximum age of an answer that many reads of members share: the state of their organization, and the roles of a client. An
 * individual read ({@code maxAge = 0s}) shares no answer, and after a reported change no older answer is shared. Thread-safe.
 */
final class SharedReads {

    /**
     * The maximum additional delay until a disabled organization is noticed. In exchange, a member costs two calls instead of
     * three.
     */
    static final Duration MAX_AGE = Duration.ofSeconds(5);

    private final SteadyClock clock;
    private volatile long changedAt = Long.MIN_VALUE;

    SharedReads(SteadyClock clock) {
        this.clock = clock;
    }

    /** The earliest time at which a shared answer may have been read, in nanoseconds of the steady clock. */
    long notBefore(CallContext context) {
        long now = clock.nanos();
        return context.priority() == Priority.INDIVIDUAL ? now : Math.max(now - MAX_AGE.toNanos(), changedAt);
    }

    /** Keycloak reported a change: earlier reads are not shared any more. */
    void changed() {
        changedAt = clock.nanos();
    }
}

package io.scopeguard.keycloak;

import io.scopeguard.time.SteadyClock;
import java.time.Duration;

/**
 * The maximum age of an answer that many reads of members share: the state of their organization, and the roles of a client. A read
 * that has to begin after a certain time, such as the confirming read of a loss, takes no older answer in any case. After a reported
 * change, no answer from before it is shared. Thread-safe.
 */
final class SharedReads {

    /** The age that a member's fact may gain in exchange for a call: a member costs two calls instead of three. */
    static final Duration MAX_AGE = Duration.ofSeconds(5);

    private final SteadyClock clock;
    private volatile long changedAt = Long.MIN_VALUE;

    SharedReads(SteadyClock clock) {
        this.clock = clock;
    }

    /** The earliest time at which a shared answer may have been read, in nanoseconds of the steady clock. */
    long notBefore() {
        return Math.max(clock.nanos() - MAX_AGE.toNanos(), changedAt);
    }

    /** Keycloak reported a change: earlier reads are not shared any more. */
    void changed() {
        changedAt = clock.nanos();
    }
}

package io.scopeguard.logto;

import io.scopeguard.provider.PermissionsUnavailableException.Reason;
import io.scopeguard.time.SteadyClock;
import java.net.URI;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells operators that reads fail, once for each reason, and that all is well again. Trouble that comes and goes is one trouble:
 * it is over when none came for a while. Thread-safe.
 */
final class TroubleLog {

    private static final Logger log = LoggerFactory.getLogger(TroubleLog.class);

    private static final Duration CALM = Duration.ofMinutes(1);

    private final URI endpoint;
    private final SteadyClock clock;
    private final Set<Reason> told = EnumSet.noneOf(Reason.class);
    private long last;

    TroubleLog(URI endpoint, SteadyClock clock) {
        this.endpoint = endpoint;
        this.clock = clock;
    }

    synchronized void failed(Reason reason, @Nullable String message) {
        last = clock.nanos();
        if (told.add(reason)) {
            log.warn("Live permissions cannot be read from {}: {}", endpoint, message);
        }
    }

    synchronized void succeeded() {
        if (!told.isEmpty() && clock.nanos() - last >= CALM.toNanos()) {
            told.clear();
            log.info("Live permissions can be read from {} again", endpoint);
        }
    }
}

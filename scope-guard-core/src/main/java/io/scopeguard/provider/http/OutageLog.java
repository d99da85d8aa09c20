package io.scopeguard.provider.http;

import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.provider.PermissionsUnavailableException.Reason;
import io.scopeguard.provider.SettingRefusedException;
import io.scopeguard.time.SteadyClock;
import java.net.URI;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs failing reads, once for each reason, and when reads succeed again. Intermittent failures are one outage, which is over when
 * no read has failed for a minute. Thread-safe.
 */
public final class OutageLog {

    private static final Logger log = LoggerFactory.getLogger(OutageLog.class);

    private static final Duration CALM = Duration.ofMinutes(1);

    private final URI endpoint;
    private final SteadyClock clock;
    private final Set<Reason> logged = EnumSet.noneOf(Reason.class);
    private long lastFailure;

    /** @param endpoint names the provider in the log */
    public OutageLog(URI endpoint, SteadyClock clock) {
        this.endpoint = endpoint;
        this.clock = clock;
    }

    /**
     * Performs a read and logs its failure, unless the same failure was logged before. Returns the result or throws the exception
     * of the read.
     */
    public <T> T observe(Supplier<T> read) {
        try {
            T answer = read.get();
            succeeded();
            return answer;
        } catch (SettingRefusedException e) {
            failed(Reason.REFUSED, e.getMessage());
            throw e;
        } catch (PermissionsUnavailableException e) {
            failed(e.reason(), e.getMessage());
            throw e;
        }
    }

    private void failed(Reason reason, @Nullable String message) {
        if (isNew(reason)) {
            log.warn("Live permissions cannot be read from {}: {}", endpoint, message);
        }
    }

    private void succeeded() {
        if (isOver()) {
            log.info("Live permissions can be read from {} again", endpoint);
        }
    }

    private synchronized boolean isNew(Reason reason) {
        lastFailure = clock.nanos();
        return logged.add(reason);
    }

    private synchronized boolean isOver() {
        boolean over = !logged.isEmpty() && clock.nanos() - lastFailure >= CALM.toNanos();
        if (over) {
            logged.clear();
        }
        return over;
    }
}

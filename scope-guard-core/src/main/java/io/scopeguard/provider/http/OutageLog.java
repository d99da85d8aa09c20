package io.scopeguard.provider.http;

import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.provider.PermissionsUnavailableException.Reason;
import io.scopeguard.provider.SettingRefusedException;
import io.scopeguard.time.SteadyClock;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs the outages of a part of the provider: a warning for each new reason of failure, and one line when the outage is over.
 * Intermittent failures are one outage, which ends with the first success after a minute without failure. Thread-safe.
 */
public final class OutageLog {

    private static final Logger log = LoggerFactory.getLogger(OutageLog.class);

    private static final Duration CALM = Duration.ofMinutes(1);

    private final String failing;
    private final String over;
    private final SteadyClock clock;
    private final Set<Enum<?>> logged = new HashSet<>();
    private long lastFailure;

    /**
     * @param failing the beginning of each warning, which the failure's message follows
     * @param over the line for the end of an outage
     */
    public OutageLog(String failing, String over, SteadyClock clock) {
        this.failing = failing;
        this.over = over;
        this.clock = clock;
    }

    /**
     * Performs a read and logs its failure, unless a failure with the same reason was logged before. Returns the result or throws
     * the exception of the read.
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

    /** Notes a failure, and logs it if its reason is new in this outage. */
    public void failed(Enum<?> reason, @Nullable String message) {
        if (isNew(reason)) {
            log.warn("{}: {}", failing, message);
        }
    }

    /** Notes a success, and logs the end of the outage if there was one. */
    public void succeeded() {
        if (isOver()) {
            log.info("{}", over);
        }
    }

    private synchronized boolean isNew(Enum<?> reason) {
        lastFailure = clock.nanos();
        return logged.add(reason);
    }

    private synchronized boolean isOver() {
        boolean isOver = !logged.isEmpty() && clock.nanos() - lastFailure >= CALM.toNanos();
        if (isOver) {
            logged.clear();
        }
        return isOver;
    }
}

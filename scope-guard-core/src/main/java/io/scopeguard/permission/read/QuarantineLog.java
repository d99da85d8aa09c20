package io.scopeguard.permission.read;

import io.scopeguard.annotation.Internal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Warns of answers of a provider that are ignored until they persist. Thread-safe.
 *
 * @hidden
 */
@Internal
public final class QuarantineLog {

    private static final Logger log = LoggerFactory.getLogger(QuarantineLog.class);

    private final String provider;

    /** @param provider the name of the provider */
    public QuarantineLog(String provider) {
        this.provider = provider;
    }

    /**
     * Warns of an implausible answer.
     *
     * @param event the event that the answer shows: a sentence without a full stop
     */
    void quarantined(String event) {
        log.warn("{}: {}. This is ignored until another read, a minute later, confirms it.", provider, event);
    }

    /** Warns of a mass loss. The losses before it have taken effect. */
    void massLoss() {
        log.warn(
                "{}: More than a tenth of the subjects read within a minute have lost their standing. Further losses are"
                        + " ignored until another read, a minute later, confirms them.",
                provider);
    }
}

package io.scopeguard.token;

import java.net.URI;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs that the issuer's keys cannot be fetched, once for each cause, and when they can be fetched again. Also logs the ignored
 * entries of a JWK Set, once while they are published. Thread-safe.
 */
final class KeyOutageLog {

    private static final Logger log = LoggerFactory.getLogger(KeyOutageLog.class);

    private static final int MOST_LINES = 10;

    private final URI jwkSetUri;
    private final Set<KeyListener.Outcome> told = EnumSet.noneOf(KeyListener.Outcome.class);
    private Map<String, String> ignored = Map.of();

    KeyOutageLog(URI jwkSetUri) {
        this.jwkSetUri = jwkSetUri;
    }

    void failed(KeySetException failure) {
        if (isNew(failure.outcome())) {
            log.warn("The signing keys cannot be fetched from {}: {}", jwkSetUri, failure.getMessage());
        }
    }

    void succeeded(Map<String, String> setAside) {
        if (isOver()) {
            log.info("The signing keys can be fetched from {} again", jwkSetUri);
        }
        Map<String, String> before = replaceIgnored(setAside);
        setAside.entrySet().stream()
                .filter(entry -> !entry.getValue().equals(before.get(entry.getKey())))
                .limit(MOST_LINES)
                .forEach(entry ->
                        log.warn("Ignored in {}: {}, because {}", jwkSetUri, entry.getKey(), entry.getValue()));
    }

    private synchronized boolean isNew(KeyListener.Outcome outcome) {
        return told.add(outcome);
    }

    private synchronized boolean isOver() {
        boolean over = !told.isEmpty();
        told.clear();
        return over;
    }

    private synchronized Map<String, String> replaceIgnored(Map<String, String> next) {
        Map<String, String> before = ignored;
        ignored = next;
        return before;
    }
}

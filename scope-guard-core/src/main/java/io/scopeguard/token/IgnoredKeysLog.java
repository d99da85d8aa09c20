package io.scopeguard.token;

import java.net.URI;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs the ignored entries of a JWK Set, once while they are published. Thread-safe. */
final class IgnoredKeysLog {

    private static final Logger log = LoggerFactory.getLogger(IgnoredKeysLog.class);

    private static final int MOST_LINES = 10;

    private final URI jwkSetUri;
    private Map<String, String> ignored = Map.of();

    IgnoredKeysLog(URI jwkSetUri) {
        this.jwkSetUri = jwkSetUri;
    }

    /**
     * Notes a JWK Set that was fetched, and logs the entries whose reason is new.
     *
     * @param now the ignored entries, each with the reason
     */
    void fetched(Map<String, String> now) {
        Map<String, String> before = replace(now);
        now.entrySet().stream()
                .filter(entry -> !entry.getValue().equals(before.get(entry.getKey())))
                .limit(MOST_LINES)
                .forEach(entry ->
                        log.warn("Ignored in {}: {}, because {}", jwkSetUri, entry.getKey(), entry.getValue()));
    }

    private synchronized Map<String, String> replace(Map<String, String> now) {
        Map<String, String> before = ignored;
        ignored = now;
        return before;
    }
}

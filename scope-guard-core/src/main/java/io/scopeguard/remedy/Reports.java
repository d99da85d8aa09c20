package io.scopeguard.remedy;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import io.scopeguard.scope.Audience;
import io.scopeguard.token.AccessToken;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells operators once what many responses repeat. Bounded, thread-safe. */
final class Reports {

    private static final Logger log = LoggerFactory.getLogger(Reports.class);

    private static final long MAX_ENTRIES = 100_000;
    private static final Duration MEMORY = Duration.ofHours(1);

    private final RemedyListener listener;
    private final Cache<Object, Boolean> reported;

    Reports(RemedyListener listener, Ticker ticker) {
        this.listener = listener;
        this.reported = Caffeine.newBuilder()
                .maximumSize(MAX_ENTRIES)
                .expireAfterWrite(MEMORY)
                .ticker(ticker)
                .build();
    }

    void asked(AccessToken token, Remedy remedy) {
        if (isFirst(new Asked(token.fingerprint(), remedy))) {
            listener.asked(remedy);
        }
    }

    void disagreed(AccessToken token, String scope) {
        if (isFirst(new Disagreed(token.fingerprint(), scope))) {
            listener.disagreed();
        }
        if (isFirst(new Disputed(token.audience(), scope))) {
            log.warn(
                    "A token carries {} of {}, which live permissions had lost before it was issued: provider and live view"
                            + " disagree, and no client can mend that. Further cases are only counted for {}.",
                    scope,
                    token.audience(),
                    MEMORY);
        }
    }

    private boolean isFirst(Object event) {
        return reported.asMap().putIfAbsent(event, true) == null;
    }

    private record Asked(String token, Remedy remedy) {}

    private record Disagreed(String token, String scope) {}

    private record Disputed(Audience audience, String scope) {}
}

package io.scopeguard.remedy;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.scopeguard.provider.http.IsolatedListener;
import io.scopeguard.scope.Audience;
import io.scopeguard.time.SteadyClock;
import io.scopeguard.token.AccessToken;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reports remedies and disagreements once per token, although many responses repeat them. Bounded, thread-safe. */
final class RemedyReporter {

    private static final Logger log = LoggerFactory.getLogger(RemedyReporter.class);

    private static final long MAX_ENTRIES = 100_000;
    private static final Duration MEMORY = Duration.ofHours(1);

    private final IsolatedListener<RemedyListener> listener;
    private final Cache<Object, Boolean> reported;

    RemedyReporter(RemedyListener listener, SteadyClock clock) {
        this.listener = new IsolatedListener<>(listener);
        this.reported = Caffeine.newBuilder()
                .maximumSize(MAX_ENTRIES)
                .expireAfterWrite(MEMORY)
                .executor(Runnable::run)
                .ticker(clock::nanos)
                .build();
    }

    void asked(AccessToken token, Remedy remedy) {
        if (isFirst(new Asked(token.fingerprint(), remedy))) {
            listener.notify(informed -> informed.asked(remedy));
        }
    }

    void disagreed(AccessToken token, String scope) {
        if (isFirst(new Disagreed(token.fingerprint(), scope))) {
            listener.notify(RemedyListener::disagreed);
        }
        if (isFirst(new Disputed(token.audience(), scope))) {
            log.warn(
                    "A token carries scope {} of {}, although the live permissions had lost it before the token was issued."
                            + " The provider's tokens and its Management API disagree, and clients are no longer asked to refresh for"
                            + " it. Further cases are counted, but not logged, for {}.",
                    scope,
                    token.audience(),
                    MEMORY);
        }
    }

    void disagreedAboutRole(AccessToken token, String role) {
        if (isFirst(new Disagreed(token.fingerprint(), '\n' + role))) {
            listener.notify(RemedyListener::disagreed);
        }
        if (isFirst(new Disputed(null, role))) {
            log.warn(
                    "A token carries role {}, although the live roles had lost it before the token was issued. The claims of the"
                            + " provider's tokens and its Management API disagree, and clients are no longer asked to refresh for"
                            + " it. Further cases are counted, but not logged, for {}.",
                    role,
                    MEMORY);
        }
    }

    private boolean isFirst(Object event) {
        return reported.asMap().putIfAbsent(event, true) == null;
    }

    private record Asked(String token, Remedy remedy) {}

    private record Disagreed(String token, String name) {}

    private record Disputed(@Nullable Audience audience, String name) {}
}

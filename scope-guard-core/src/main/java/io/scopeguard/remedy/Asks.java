package io.scopeguard.remedy;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import io.scopeguard.permission.PermissionKey;
import io.scopeguard.token.AccessToken;
import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What clients were asked. Bounded; each ask is forgotten when its pause is over and no token has lacked the scope for as long
 * as one lives. Thread-safe.
 */
final class Asks {

    private static final long MAX_ENTRIES = 100_000;

    /** Of what a token says about itself. */
    private static final Duration LONGEST_LIFE = Duration.ofDays(1);

    private final Cache<Question, Entry> entries;

    Asks(Ticker ticker) {
        entries = Caffeine.newBuilder()
                .executor(Runnable::run)
                .maximumSize(MAX_ENTRIES)
                .expireAfter(Expiry.<Question, Entry>accessing((question, entry) -> entry.keptFor()))
                .ticker(ticker)
                .build();
    }

    /**
     * Turns what was asked about a scope before, if anything was, into what is asked now.
     *
     * @param step a pure function
     */
    Ask update(AccessToken token, String scope, Function<@Nullable Ask, Ask> step) {
        Question question = Question.of(token, scope);
        Entry known = entries.getIfPresent(question);
        // Many responses in a row ask the same.
        return known != null && known.life.equals(lifeOf(token)) && known.ask.equals(step.apply(known.ask))
                ? known.ask
                : write(question, lifeOf(token), step);
    }

    private Ask write(Question question, Duration life, Function<@Nullable Ask, Ask> step) {
        return entries.asMap()
                .compute(question, (same, before) -> new Entry(step.apply(before == null ? null : before.ask), life))
                .ask;
    }

    void forget(AccessToken token, String scope) {
        entries.invalidate(Question.of(token, scope));
    }

    private static Duration lifeOf(AccessToken token) {
        Duration life = Duration.between(token.issuedAt(), token.expiresAt());
        return life.compareTo(LONGEST_LIFE) < 0 ? life : LONGEST_LIFE;
    }

    private record Question(String issuer, PermissionKey subject, String clientId, String scope) {

        static Question of(AccessToken token, String scope) {
            return new Question(token.issuer(), PermissionKey.of(token), token.clientId(), scope);
        }
    }

    private record Entry(Ask ask, Duration life) {

        Duration keptFor() {
            return ask.pause().plus(life);
        }
    }
}

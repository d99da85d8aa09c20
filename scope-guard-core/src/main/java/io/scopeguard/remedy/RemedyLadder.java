package io.scopeguard.remedy;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.scopeguard.drift.ScopeDrift;
import io.scopeguard.permission.PermissionKey;
import io.scopeguard.scope.Scopes;
import io.scopeguard.token.AccessToken;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Which remedy works. A token does not show what its sign-in asked for, and only that decides whether a refresh delivers a
 * promotion; so the cheaper remedy is asked first and remembered, and what it did not cure needs the stronger one, or was
 * left out on purpose. The memory is bounded and forgets. Thread-safe.
 */
public final class RemedyLadder {

    private static final long MAX_ASKERS = 100_000;
    private static final Duration MEMORY = Duration.ofDays(1);
    private static final Duration FIRST_PAUSE = Duration.ofMinutes(5);

    private final Clock clock;
    private final Cache<Asker, Map<String, Ask>> asks = Caffeine.newBuilder()
            .maximumSize(MAX_ASKERS)
            .expireAfterWrite(MEMORY)
            .build();

    public RemedyLadder(Clock clock) {
        this.clock = clock;
    }

    /** What to tell the client of a request that is granted: never the same useless thing twice. */
    public Advice onGranted(AccessToken token, ScopeDrift drift) {
        if (drift.isEmpty()) {
            return Advice.none();
        }
        if (token.isNonInteractive()) {
            return advice(drift.missingOnly(Scopes.none()), scope -> Remedy.REFRESH);
        }
        Map<String, Ask> asked = asks(token, drift);
        Scopes promoted = drift.promoted().where(scope -> mayAsk(Remedy.REFRESH, asked.get(scope), token));
        Scopes added = drift.added().where(scope -> mayAsk(Remedy.RECONSENT, asked.get(scope), token));
        promoted.forEach(scope -> remember(asked, scope, Remedy.REFRESH, token));
        added.forEach(scope -> remember(asked, scope, Remedy.RECONSENT, token));
        return advice(new ScopeDrift(drift.demoted(), promoted, added), scope -> Remedy.REFRESH);
    }

    /** What to tell the client of a request that is refused: always something, where something helps. */
    public Advice onRefused(AccessToken token, ScopeDrift drift) {
        if (drift.isEmpty()) {
            return Advice.none();
        }
        if (token.isNonInteractive()) {
            return new Advice(Remedy.REFRESH, drift);
        }
        Map<String, Ask> asked = asks(token, drift);
        Advice advice = advice(drift, scope -> remedyFor(asked.get(scope), token));
        drift.promoted().forEach(scope -> remember(asked, scope, remedyFor(asked.get(scope), token), token));
        drift.added().forEach(scope -> remember(asked, scope, Remedy.RECONSENT, token));
        return advice;
    }

    private static Advice advice(ScopeDrift drift, Function<String, Remedy> remedyOfPromoted) {
        Remedy remedy = drift.demoted().isEmpty() ? Remedy.NONE : Remedy.REFRESH;
        for (String scope : drift.promoted()) {
            remedy = remedy.or(remedyOfPromoted.apply(scope));
        }
        if (!drift.added().isEmpty()) {
            remedy = Remedy.RECONSENT;
        }
        return remedy == Remedy.NONE ? Advice.none() : new Advice(remedy, drift);
    }

    /** A promotion that a token newer than the request to refresh still lacks is not delivered by refreshing. */
    private static Remedy remedyFor(@Nullable Ask ask, AccessToken token) {
        return ask == null || (ask.remedy == Remedy.REFRESH && !ask.isOlderThan(token))
                ? Remedy.REFRESH
                : Remedy.RECONSENT;
    }

    private boolean mayAsk(Remedy remedy, @Nullable Ask ask, AccessToken token) {
        if (ask == null || ask.isOf(token)) {
            return true;
        }
        return remedy == Remedy.RECONSENT
                ? !clock.instant().isBefore(ask.at.plus(ask.pause))
                : ask.remedy == Remedy.REFRESH && !ask.isOlderThan(token);
    }

    private void remember(Map<String, Ask> asked, String scope, Remedy remedy, AccessToken token) {
        asked.compute(scope, (ignored, before) -> next(before, remedy, token));
    }

    private Ask next(@Nullable Ask before, Remedy remedy, AccessToken token) {
        if (before == null || before.remedy != remedy) {
            return new Ask(remedy, token.fingerprint(), clock.instant(), FIRST_PAUSE);
        }
        if (before.isOf(token) || remedy == Remedy.REFRESH) {
            return before;
        }
        Duration doubled = before.pause.multipliedBy(2);
        return new Ask(remedy, token.fingerprint(), clock.instant(), doubled.compareTo(MEMORY) < 0 ? doubled : MEMORY);
    }

    /** What was asked so far; a scope that was lost since begins anew when it returns. */
    private Map<String, Ask> asks(AccessToken token, ScopeDrift drift) {
        Asker asker = new Asker(PermissionKey.of(token), token.clientId());
        Map<String, Ask> asked = asks.get(asker, key -> new ConcurrentHashMap<>());
        drift.demoted().forEach(asked::remove);
        return asked;
    }

    /** One client of one subject: its devices share a memory. */
    private record Asker(PermissionKey subject, String clientId) {}

    /** What was asked for one scope, of which token, and how long to keep quiet about it. */
    private record Ask(Remedy remedy, String token, Instant at, Duration pause) {

        boolean isOf(AccessToken other) {
            return token.equals(other.fingerprint());
        }

        /** Tokens are dated in whole seconds. */
        boolean isOlderThan(AccessToken other) {
            return !isOf(other) && !other.issuedAt().isBefore(at.truncatedTo(ChronoUnit.SECONDS));
        }
    }
}

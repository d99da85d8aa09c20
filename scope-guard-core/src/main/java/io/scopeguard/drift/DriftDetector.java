package io.scopeguard.drift;

import io.scopeguard.permission.LivePermissions;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import io.scopeguard.token.AccessToken;
import java.time.Instant;
import java.util.function.Predicate;

/** Finds how a token differs from live permissions: a pure function of the two and the catalogue. Thread-safe. */
public final class DriftDetector {

    private final Clients clients;
    private final ScopeCatalogue catalogue;

    public DriftDetector(Clients clients, ScopeCatalogue catalogue) {
        this.clients = clients;
        this.catalogue = catalogue;
    }

    /**
     * The drift between a token and the permissions of its subject, for tokens of its kind.
     *
     * @param needed scopes that matter though nobody watches them: those that the token was refused for
     */
    public ScopeDrift detect(AccessToken token, LivePermissions live, Scopes needed) {
        WatchedScopes watched = clients.of(token).watched();
        Audience audience = token.audience();
        return detect(
                audience,
                token.scopes(),
                token.issuedAt(),
                live,
                scope -> watched.watches(audience, scope) || needed.contains(scope));
    }

    ScopeDrift detect(
            Audience audience, Scopes held, Instant issuedAt, LivePermissions live, Predicate<String> matters) {
        Scopes demoted = held.minus(live.issuable());
        // What could be issued but does not count is worth no request: it would be refused all the same.
        Scopes missing = live.granted().minus(held).where(matters);
        if (demoted.isEmpty() && missing.isEmpty()) {
            return ScopeDrift.none();
        }
        Scopes added = missing.where(scope -> catalogue.isNewSince(audience, scope, issuedAt));
        return new ScopeDrift(demoted, missing.minus(added), added);
    }
}

package io.scopeguard.drift;

import io.scopeguard.permission.LivePermissions;
import io.scopeguard.provider.ScopeCatalogue;
import io.scopeguard.provider.ScopeCatalogue.Novelty;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import io.scopeguard.token.AccessToken;
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
     * @param needed scopes that count as watched in any case: those that the token was refused for
     */
    public ScopeDrift detect(AccessToken token, LivePermissions live, Scopes needed) {
        WatchedScopes watched = clients.of(token).watched();
        Audience audience = token.audience();
        return detect(
                token.scopes(),
                live,
                scope -> watched.watches(audience, scope) || needed.contains(scope),
                scope -> isNew(catalogue.noveltySince(audience, scope, token.issuedAt()), needed.contains(scope)));
    }

    /** A change that this process did not see never leads to a request for consent, unless the request needs the scope. */
    private static boolean isNew(Novelty novelty, boolean isNeeded) {
        return novelty == Novelty.SEEN || (novelty == Novelty.TOLD && isNeeded);
    }

    static ScopeDrift detect(Scopes held, LivePermissions live, Predicate<String> matters, Predicate<String> isNew) {
        Scopes demoted = held.minus(live.issuable());
        // Scopes that the provider could issue but that do not count are ignored: a token with them would be refused,
        // too.
        Scopes missing = live.granted().minus(held).where(matters);
        if (demoted.isEmpty() && missing.isEmpty()) {
            return ScopeDrift.none();
        }
        Scopes added = missing.where(isNew);
        return new ScopeDrift(demoted, missing.minus(added), added);
    }
}

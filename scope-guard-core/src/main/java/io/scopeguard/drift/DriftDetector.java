package io.scopeguard.drift;

import io.scopeguard.annotation.Internal;
import io.scopeguard.provider.ScopeCatalogue;
import io.scopeguard.provider.ScopeCatalogue.Novelty;
import io.scopeguard.provider.TokenKind;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import io.scopeguard.token.AccessToken;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Determines which differences between a token and live permissions are drift, with the help of the catalogue. Thread-safe.
 *
 * @hidden
 */
@Internal
public final class DriftDetector {

    private final Clients clients;
    private final ScopeCatalogue catalogue;
    private final Set<TokenKind> mixedKinds;

    /** A detector for tokens that carry only permissions as scopes. */
    public DriftDetector(Clients clients, ScopeCatalogue catalogue) {
        this(clients, catalogue, Set.of());
    }

    /** @param mixedKinds kinds of token that may carry names which are no permissions: those are not demoted */
    public DriftDetector(Clients clients, ScopeCatalogue catalogue, Set<TokenKind> mixedKinds) {
        this.clients = clients;
        this.catalogue = catalogue;
        this.mixedKinds = mixedKinds;
    }

    /**
     * The drift between a token and the permissions of its subject.
     *
     * @param comparison of the token and the permissions
     * @param needed scopes that always count as watched: those for which the request was denied
     */
    public ScopeDrift detect(AccessToken token, ScopeComparison comparison, Scopes needed) {
        return comparison.isWithoutDifference() ? ScopeDrift.none() : detect(TokenTraits.of(token), comparison, needed);
    }

    /** The drift between a token with these properties and the permissions of its subject. */
    public ScopeDrift detect(TokenTraits token, ScopeComparison comparison, Scopes needed) {
        WatchedScopes watched = clients.of(token.clientId()).watched();
        Audience audience = token.audience();
        return detect(
                mixedKinds.contains(token.kind()) ? permissionsOnly(audience, comparison) : comparison,
                scope -> watched.watches(audience, scope) || needed.contains(scope),
                scope -> isNew(catalogue.noveltySince(audience, scope, token.issuedAt()), needed.contains(scope)));
    }

    /** As long as the catalogue was not read, every name may be a permission. */
    private ScopeComparison permissionsOnly(Audience audience, ScopeComparison comparison) {
        return catalogue.isUnread()
                ? comparison
                : new ScopeComparison(
                        comparison.effective(),
                        comparison.demoted().where(scope -> catalogue.contains(audience, scope, null)),
                        comparison.missing());
    }

    /** A change that this process did not observe never leads to a request for consent, unless the request needs the scope. */
    private static boolean isNew(Novelty novelty, boolean isNeeded) {
        return novelty == Novelty.SEEN || (novelty == Novelty.DATED && isNeeded);
    }

    static ScopeDrift detect(ScopeComparison comparison, Predicate<String> matters, Predicate<String> isNew) {
        Scopes missing = comparison.missing().where(matters);
        if (comparison.demoted().isEmpty() && missing.isEmpty()) {
            return ScopeDrift.none();
        }
        Scopes added = missing.where(isNew);
        return new ScopeDrift(comparison.demoted(), missing.minus(added), added);
    }
}

package io.scopeguard.spring.authorization;

import io.scopeguard.drift.WatchedScopes;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.ScopeRequirement;
import io.scopeguard.scope.Scopes;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * All scopes that this API's operations declare, by audience: what is watched for drift, published in the metadata, and which
 * kinds of token are taken at all. Thread-safe; filled at start-up.
 */
public final class DeclaredScopes implements WatchedScopes {

    private final Map<Audience, Scopes> scopes = new ConcurrentHashMap<>();

    /**
     * @param defaultAudience taken even where no operation declares anything
     */
    public DeclaredScopes(Audience defaultAudience) {
        scopes.put(defaultAudience, Scopes.none());
    }

    /** Adds what an operation requires. */
    public void add(ScopeRequirement requirement) {
        scopes.merge(requirement.audience(), requirement.scopes(), Scopes::or);
    }

    /** Whether some operation takes tokens for this audience. */
    public boolean accepts(Audience audience) {
        return scopes.containsKey(audience);
    }

    public Set<Audience> audiences() {
        return Set.copyOf(scopes.keySet());
    }

    public Scopes of(Audience audience) {
        return scopes.getOrDefault(audience, Scopes.none());
    }

    /** The scopes of all audiences. */
    public Scopes all() {
        return scopes.values().stream().reduce(Scopes.none(), Scopes::or);
    }

    @Override
    public boolean watches(Audience audience, String scope) {
        return of(audience).contains(scope);
    }
}

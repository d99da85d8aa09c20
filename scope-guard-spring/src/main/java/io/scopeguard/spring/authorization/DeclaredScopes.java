package io.scopeguard.spring.authorization;

import io.scopeguard.annotation.Internal;
import io.scopeguard.drift.WatchedScopes;
import io.scopeguard.role.RoleRequirement;
import io.scopeguard.role.Roles;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.ScopeRequirement;
import io.scopeguard.scope.Scopes;
import io.scopeguard.spring.authorization.HandlerRule.Requires;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;

/**
 * All scopes that this API's operations declare, by audience, and all roles. They determine the watched scopes, the published
 * metadata, and the accepted kinds of token. Thread-safe; filled at start-up.
 *
 * @hidden
 */
@Internal
public final class DeclaredScopes implements WatchedScopes {

    private final Map<Audience, Scopes> scopes = new ConcurrentHashMap<>();
    private final AtomicReference<Roles> roles = new AtomicReference<>(Roles.none());

    /** @param defaultAudience taken even where no operation declares anything */
    public DeclaredScopes(Audience defaultAudience) {
        scopes.put(defaultAudience, Scopes.none());
    }

    /** Adds the requirement of an operation. */
    public void add(Requires rule) {
        if (rule.requirement() != null) {
            add(rule.requirement());
        }
        if (rule.roles() != null) {
            add(rule.roles());
        }
    }

    /** Adds scopes that an operation requires. */
    public void add(ScopeRequirement requirement) {
        scopes.merge(requirement.audience(), requirement.scopes(), Scopes::or);
    }

    /** Adds roles that an operation requires. */
    public void add(RoleRequirement requirement) {
        roles.updateAndGet(known -> known.or(Roles.requiredBy(requirement)));
    }

    /** The roles that operations require: their drift is watched. */
    public Roles roles() {
        return roles.get();
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

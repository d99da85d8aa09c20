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
import org.jspecify.annotations.Nullable;

/**
 * All scopes that this API's operations declare, by audience, and all roles. They determine the watched scopes, the published
 * metadata, and the accepted kinds of token. Thread-safe; filled at start-up.
 *
 * @hidden
 */
@Internal
public final class DeclaredScopes implements WatchedScopes {

    private final Map<Audience, Scopes> scopes = new ConcurrentHashMap<>();
    private final Map<Required, String> operations = new ConcurrentHashMap<>();
    private final AtomicReference<Roles> roles = new AtomicReference<>(Roles.none());

    /** @param defaultAudience taken even where no operation declares anything */
    public DeclaredScopes(Audience defaultAudience) {
        scopes.put(defaultAudience, Scopes.none());
    }

    /**
     * Adds the requirement of an operation.
     *
     * @param operation its name, for messages
     */
    public void add(Requires rule, String operation) {
        if (rule.requirement() != null) {
            add(rule.requirement(), operation);
        }
        if (rule.roles() != null) {
            add(rule.roles());
        }
    }

    private void add(ScopeRequirement requirement, String operation) {
        Audience audience = requirement.audience();
        scopes.merge(audience, requirement.scopes(), Scopes::or);
        requirement.scopes().forEach(scope -> operations.putIfAbsent(new Required(audience, scope), operation));
    }

    private void add(RoleRequirement requirement) {
        roles.updateAndGet(known -> known.or(Roles.requiredBy(requirement)));
    }

    /** The name of an operation that requires the scope, or {@code null} if none does. */
    public @Nullable String operationThatRequires(Audience audience, String scope) {
        return operations.get(new Required(audience, scope));
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

    private record Required(Audience audience, String scope) {}
}

package io.scopeguard.spring.test;

import io.scopeguard.provider.Grants;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The grants of a subject in one organization, or outside of organizations: those of its tokens, with the changes of the test.
 * Thread-safe.
 */
final class Holdings {

    private final Map<Audience, Scopes> scopes = new HashMap<>();
    private final Set<String> revoked = new HashSet<>();
    private final Set<String> roles = new HashSet<>();
    private final Set<String> unassigned = new HashSet<>();
    private boolean hasLeft;
    private long version;

    /** Increases with each change. */
    synchronized long version() {
        return version;
    }

    synchronized void carry(Audience audience, Scopes carried, Set<String> names) {
        Scopes before = scopes.get(audience);
        if (before == null || !before.containsAll(carried) || !roles.containsAll(names)) {
            scopes.merge(audience, carried, Scopes::or);
            roles.addAll(names);
            version++;
        }
    }

    synchronized void revoke(Set<String> names) {
        revoked.addAll(names);
        version++;
    }

    synchronized void promote(Audience audience, String scope) {
        revoked.remove(scope);
        scopes.merge(audience, Scopes.of(scope), Scopes::or);
        version++;
    }

    synchronized void assign(Set<String> names) {
        unassigned.removeAll(names);
        roles.addAll(names);
        version++;
    }

    synchronized void unassign(Set<String> names) {
        unassigned.addAll(names);
        version++;
    }

    synchronized void leave() {
        hasLeft = true;
        version++;
    }

    synchronized void rejoin() {
        hasLeft = false;
        version++;
    }

    synchronized boolean hasLeft() {
        return hasLeft;
    }

    synchronized Set<String> roles() {
        Set<String> held = new HashSet<>(roles);
        held.removeAll(unassigned);
        return held;
    }

    synchronized Grants grants() {
        Map<Audience, Scopes> held = new HashMap<>();
        scopes.forEach((audience, all) -> held.put(audience, all.where(scope -> !revoked.contains(scope))));
        return new Grants(roles(), held);
    }
}

package io.scopeguard.bench.live.tenant;

import io.scopeguard.scope.Audience;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** A role and its scopes by audience. Guarded by the tenant's lock. */
final class Role {

    private final String id;
    private final Map<Audience, Set<String>> scopes = new LinkedHashMap<>();

    Role(String id) {
        this.id = id;
    }

    String id() {
        return id;
    }

    Map<Audience, Set<String>> scopes() {
        return scopes;
    }

    Set<String> scopes(Audience audience) {
        return scopes.getOrDefault(audience, Set.of());
    }

    void add(Audience audience, Collection<String> names) {
        scopes.computeIfAbsent(audience, ignored -> new LinkedHashSet<>()).addAll(names);
    }

    boolean remove(Audience audience, Collection<String> names) {
        return scopes.getOrDefault(audience, new LinkedHashSet<>()).removeAll(names);
    }
}

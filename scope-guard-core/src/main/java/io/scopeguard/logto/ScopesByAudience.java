package io.scopeguard.logto;

import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** Collects scopes by audience, without those that no token shows as permissions. Not thread-safe. */
final class ScopesByAudience {

    private final Map<Audience, List<ListedScope>> scopes = new HashMap<>();

    /** Adds scopes. An audience without scopes is contained as well. */
    void add(Audience audience, Collection<ListedScope> further) {
        List<ListedScope> known = scopes.computeIfAbsent(audience, ignored -> new ArrayList<>());
        further.stream()
                .filter(scope -> LogtoTokenReader.isPermission(scope.name()))
                .forEach(known::add);
    }

    void addAll(ScopesByAudience further) {
        further.scopes.forEach(this::add);
    }

    Set<Audience> audiences() {
        return scopes.keySet();
    }

    boolean allMatch(Audience audience, Predicate<ListedScope> condition) {
        return scopes.getOrDefault(audience, List.of()).stream().allMatch(condition);
    }

    Map<Audience, Scopes> toMap() {
        Map<Audience, Scopes> names = new HashMap<>();
        scopes.forEach((audience, list) -> names.put(
                audience, Scopes.ofTokens(list.stream().map(ListedScope::name).toList())));
        return names;
    }
}

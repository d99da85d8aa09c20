package io.scopeguard.permission;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The scopes that a user has held without interruption. A scope may move once from the roles that grant it to others: a right that
 * moves again while the first move is being read is in no answer, and two answers cannot show that it was never lost.
 */
final class SteadyRights {

    private final Map<String, Set<String>> ways;
    private final Set<String> moved = new HashSet<>();

    /** @param ways the roles that grant each scope; they are taken over */
    SteadyRights(Map<String, Set<String>> ways) {
        this.ways = ways;
    }

    /** The roles that grant each scope. */
    static Map<String, Set<String>> ways(Collection<String> roles, Map<String, Set<String>> meanings) {
        Map<String, Set<String>> ways = new HashMap<>();
        for (String role : roles) {
            meanings.get(role)
                    .forEach(scope ->
                            ways.computeIfAbsent(scope, id -> new HashSet<>()).add(role));
        }
        return ways;
    }

    void become(Map<String, Set<String>> next) {
        ways.entrySet().removeIf(way -> {
            Set<String> now = next.getOrDefault(way.getKey(), Set.of());
            way.getValue().retainAll(now);
            if (way.getValue().isEmpty() && moved.add(way.getKey())) {
                way.getValue().addAll(now);
            }
            return way.getValue().isEmpty();
        });
    }

    Set<String> scopes() {
        return ways.keySet();
    }
}

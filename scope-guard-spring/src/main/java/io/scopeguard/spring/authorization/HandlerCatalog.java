package io.scopeguard.spring.authorization;

import io.scopeguard.annotation.Internal;
import io.scopeguard.spring.authorization.HandlerRule.Open;
import io.scopeguard.spring.authorization.HandlerRule.Requires;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * All handlers found at start-up, with their paths and requirements. For operators. Thread-safe.
 *
 * @hidden
 */
@Internal
public final class HandlerCatalog {

    /**
     * A handler.
     *
     * @param name of its class and method
     * @param paths patterns of its paths; empty if the handler mapping does not reveal them
     * @param methods HTTP methods, empty for all
     * @param namesOrganization whether all paths name the organization of a request
     * @hidden
     */
    public record Entry(
            String name, Set<String> paths, Set<String> methods, boolean namesOrganization, HandlerRule rule) {}

    private final Map<String, Entry> entries = new LinkedHashMap<>();

    synchronized void add(MappedHandler handler, HandlerRule rule, OrganizationPattern organization) {
        if (!handler.isFrameworks()) {
            Set<String> paths = new TreeSet<>(handler.patterns());
            boolean namesOrganization = !paths.isEmpty() && paths.stream().allMatch(organization::isNamedBy);
            Entry entry = new Entry(handler.name(), paths, new TreeSet<>(handler.methods()), namesOrganization, rule);
            entries.put(entry.name + entry.paths + entry.methods, entry);
        }
    }

    /** The application's own handlers. */
    public synchronized Collection<Entry> entries() {
        return List.copyOf(entries.values());
    }

    /** How many handlers require scopes or roles. */
    public long guarded() {
        return entries().stream()
                .filter(entry -> entry.rule instanceof Requires)
                .count();
    }

    /** How many handlers are open to everybody. */
    public long open() {
        return entries().stream().filter(entry -> entry.rule instanceof Open).count();
    }
}

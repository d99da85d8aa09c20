package io.scopeguard.logtobox.directory;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * A relation between left-hand keys and right-hand identifiers. Every method is atomic under the directory's only lock.
 *
 * @since 0.1
 */
public final class Relation<L> {

    /** The difference that a replacement made. */
    public record Delta(List<String> added, List<String> removed) {}

    private final Object lock;
    private final Map<L, Set<String>> links = new LinkedHashMap<>();

    Relation(Object lock) {
        this.lock = lock;
    }

    public List<String> of(L left) {
        synchronized (lock) {
            return List.copyOf(links.getOrDefault(left, Set.of()));
        }
    }

    public boolean contains(L left, String right) {
        synchronized (lock) {
            return links.getOrDefault(left, Set.of()).contains(right);
        }
    }

    /** The left-hand keys of a right-hand identifier. */
    public List<L> holding(String right) {
        synchronized (lock) {
            return links.entrySet().stream()
                    .filter(link -> link.getValue().contains(right))
                    .map(Map.Entry::getKey)
                    .toList();
        }
    }

    /** Adds the missing right-hand identifiers and returns them. */
    public List<String> add(L left, Collection<String> rights) {
        synchronized (lock) {
            Set<String> present = links.computeIfAbsent(left, key -> new LinkedHashSet<>());
            return rights.stream().filter(present::add).toList();
        }
    }

    public boolean remove(L left, String right) {
        synchronized (lock) {
            Set<String> present = links.get(left);
            return present != null && present.remove(right);
        }
    }

    public Delta replace(L left, Collection<String> rights) {
        synchronized (lock) {
            Set<String> before = links.getOrDefault(left, Set.of());
            Set<String> after = new LinkedHashSet<>(rights);
            Delta delta = new Delta(without(after, before), without(before, after));
            links.put(left, after);
            return delta;
        }
    }

    void dropLeft(Predicate<L> condition) {
        synchronized (lock) {
            links.keySet().removeIf(condition);
        }
    }

    void dropRight(String right) {
        synchronized (lock) {
            links.values().forEach(rights -> rights.remove(right));
        }
    }

    private static List<String> without(Collection<String> these, Set<String> those) {
        return these.stream().filter(each -> !those.contains(each)).toList();
    }
}

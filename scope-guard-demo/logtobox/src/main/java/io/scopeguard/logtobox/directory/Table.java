package io.scopeguard.logtobox.directory;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * Rows by identifier, in the order of insertion. Every method is atomic under the directory's only lock.
 *
 * @since 0.1
 */
public final class Table<T extends Entity> {

    private final Object lock;
    private final Map<String, T> rows = new LinkedHashMap<>();

    Table(Object lock) {
        this.lock = lock;
    }

    public List<T> all() {
        synchronized (lock) {
            return List.copyOf(rows.values());
        }
    }

    public List<T> where(Predicate<T> condition) {
        return all().stream().filter(condition).toList();
    }

    public Optional<T> find(String id) {
        synchronized (lock) {
            return Optional.ofNullable(rows.get(id));
        }
    }

    public boolean contains(String id) {
        return find(id).isPresent();
    }

    public T insert(T row) {
        synchronized (lock) {
            rows.put(row.id(), row);
        }
        return row;
    }

    /** The changed row, or empty if there is none. */
    public Optional<T> update(String id, UnaryOperator<T> change) {
        synchronized (lock) {
            return Optional.ofNullable(rows.computeIfPresent(id, (key, row) -> change.apply(row)));
        }
    }

    Optional<T> delete(String id) {
        synchronized (lock) {
            return Optional.ofNullable(rows.remove(id));
        }
    }
}

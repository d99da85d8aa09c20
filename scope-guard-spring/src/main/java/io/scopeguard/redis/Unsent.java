package io.scopeguard.redis;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;
import java.util.function.BiPredicate;
import java.util.function.BinaryOperator;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Records that could not be sent to Redis, by name. They are kept within a limit; if one is dropped, everything that this replica
 * knows is sent again. Thread-safe.
 */
final class Unsent<K, V> {

    private final int limit;
    private final BinaryOperator<V> later;
    private final Map<K, V> records = new LinkedHashMap<>();
    private long losses;

    /** The number of losses after which everything was sent. */
    private long repaired;

    /** The records still to be sent in a full resend. Used while flushing only. */
    private Iterator<Entry<K, V>> rest = Collections.emptyIterator();

    private @Nullable Entry<K, V> failed;
    private long repairing;

    /**
     * @param limit the maximum number of records
     * @param later chooses one of two records of the same name: commands can fail in another order than they were sent in
     */
    Unsent(int limit, BinaryOperator<V> later) {
        this.limit = limit;
        this.later = later;
    }

    synchronized void keep(K name, V record) {
        if (records.size() < limit || records.containsKey(name)) {
            records.merge(name, record, later);
        } else {
            losses++;
        }
    }

    /** Everything must be sent again. */
    synchronized void lose() {
        losses++;
    }

    /** Whether records were dropped, and not everything has been sent since. */
    synchronized boolean isIncomplete() {
        return losses != repaired;
    }

    synchronized @Nullable V get(K name) {
        return records.get(name);
    }

    synchronized void remove(K name, V record) {
        records.remove(name, record);
    }

    /**
     * Sends what could not be sent, until something cannot be sent again. The next call goes on there. Called by one thread at a
     * time.
     *
     * @param everything that this replica knows
     * @param one sends one record; returns whether it did
     */
    void flush(Supplier<Iterator<Entry<K, V>>> everything, BiPredicate<K, V> one) {
        boolean areSent = copy().stream().allMatch(record -> {
            boolean isSent = one.test(record.getKey(), record.getValue());
            if (isSent) {
                remove(record.getKey(), record.getValue());
            }
            return isSent;
        });
        if (areSent && isIncomplete()) {
            repair(everything, one);
        }
    }

    private void repair(Supplier<Iterator<Entry<K, V>>> everything, BiPredicate<K, V> one) {
        long count = losses();
        if (count != repairing) {
            repairing = count;
            failed = null;
            rest = everything.get();
        }
        while (failed != null || rest.hasNext()) {
            Entry<K, V> next = failed == null ? rest.next() : failed;
            failed = one.test(next.getKey(), next.getValue()) ? null : next;
            if (failed != null) {
                return;
            }
        }
        rest = Collections.emptyIterator();
        repaired(count);
    }

    private synchronized long losses() {
        return losses;
    }

    private synchronized void repaired(long count) {
        repaired = count;
    }

    private synchronized List<Entry<K, V>> copy() {
        return new ArrayList<>(new LinkedHashMap<>(records).entrySet());
    }
}

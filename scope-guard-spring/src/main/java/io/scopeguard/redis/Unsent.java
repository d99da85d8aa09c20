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
    /** How often a full resend has become necessary. */
    private long demanded;

    /** The value of {@link #demanded} at the beginning of the last full resend that is complete. */
    private long resent;

    /** The records still to be sent in a full resend. Used while flushing only. */
    private Iterator<Entry<K, V>> rest = Collections.emptyIterator();

    private @Nullable Entry<K, V> failed;
    private long resending;

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
            demanded++;
        }
    }

    /** Demands that everything is sent again. */
    synchronized void resendAll() {
        demanded++;
    }

    /** Whether a full resend is necessary, and not complete. */
    synchronized boolean isResendDue() {
        return demanded != resent;
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
        if (areSent && isResendDue()) {
            resend(everything, one);
        }
    }

    private void resend(Supplier<Iterator<Entry<K, V>>> everything, BiPredicate<K, V> one) {
        long count = demanded();
        if (count != resending) {
            resending = count;
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
        resent(count);
    }

    private synchronized long demanded() {
        return demanded;
    }

    private synchronized void resent(long count) {
        resent = count;
    }

    private synchronized List<Entry<K, V>> copy() {
        return new ArrayList<>(new LinkedHashMap<>(records).entrySet());
    }
}

package io.scopeguard.redis;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiPredicate;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Records that could not be sent to Redis, the latest one of each name. They are kept within a limit. What exceeds it is dropped,
 * and sending begins with everything that this replica knows. Thread-safe.
 */
final class Unsent<K, V> {

    private final int limit;
    private final Map<K, V> records = new LinkedHashMap<>();
    private boolean isIncomplete;

    Unsent(int limit) {
        this.limit = limit;
    }

    synchronized void keep(K name, V record) {
        if (records.size() < limit || records.containsKey(name)) {
            records.put(name, record);
        } else {
            isIncomplete = true;
        }
    }

    /** Everything must be sent again. */
    synchronized void lose() {
        isIncomplete = true;
    }

    /** Whether records were dropped, so that nobody knows which ones were not sent. */
    synchronized boolean isIncomplete() {
        return isIncomplete;
    }

    synchronized @Nullable V get(K name) {
        return records.get(name);
    }

    synchronized void remove(K name, V record) {
        records.remove(name, record);
    }

    /**
     * Sends what could not be sent, until something cannot be sent again.
     *
     * @param everything sends everything, if records were dropped; returns whether it did
     * @param one sends one record; returns whether it did
     */
    void flush(BooleanSupplier everything, BiPredicate<K, V> one) {
        if (!takeIncomplete() || sent(everything)) {
            var unused = copy().entrySet().stream().allMatch(entry -> sent(entry.getKey(), entry.getValue(), one));
        }
    }

    private boolean sent(BooleanSupplier everything) {
        boolean isSent = everything.getAsBoolean();
        if (!isSent) {
            lose();
        }
        return isSent;
    }

    private boolean sent(K name, V record, BiPredicate<K, V> one) {
        boolean isSent = one.test(name, record);
        if (isSent) {
            remove(name, record);
        }
        return isSent;
    }

    /** What is dropped from now on makes it incomplete again. */
    private synchronized boolean takeIncomplete() {
        boolean was = isIncomplete;
        isIncomplete = false;
        return was;
    }

    private synchronized Map<K, V> copy() {
        return new LinkedHashMap<>(records);
    }
}

package io.scopeguard.redis;

import io.scopeguard.provider.PermissionChange;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.type.TypeReference;

/**
 * The stream of reported changes. A change that cannot be added now is kept, within a limit, and added when Redis responds again.
 * Thread-safe.
 */
final class ChangeStream {

    static final int LENGTH = 10_000;

    private static final TypeReference<ChangeEntry> ENTRY = new TypeReference<>() {};

    /** A delivery that is this old is no longer timely, so the provider's receiver decides about it again. */
    private static final Duration MEMORY = Duration.ofMinutes(10);

    private static final int MAX_PENDING = 1_000;

    private final SharedLog log;
    private final Map<String, List<PermissionChange>> pending = new LinkedHashMap<>();
    private boolean isOverflown;

    /** The outcome of a delivery. */
    enum Publication {
        ADDED,
        KNOWN,
        PENDING
    }

    ChangeStream(BoundedRedis redis, Keys keys, String replica) {
        this.log = new SharedLog(redis, keys, "changes", replica, LENGTH, MEMORY);
    }

    SharedLog log() {
        return log;
    }

    /** Passes the change of a delivery on to the other replicas. Waits briefly. */
    Publication publish(String delivery, List<PermissionChange> changes) {
        Optional<Boolean> added = append(delivery, changes);
        if (added.isEmpty()) {
            keep(delivery, changes);
            return Publication.PENDING;
        }
        return added.get() ? Publication.ADDED : Publication.KNOWN;
    }

    private Optional<Boolean> append(String delivery, List<PermissionChange> changes) {
        return log.append(
                delivery,
                changes.stream()
                        .map(change -> SharedJson.write(ChangeEntry.of(change)))
                        .toList());
    }

    private synchronized void keep(String delivery, List<PermissionChange> changes) {
        if (pending.size() < MAX_PENDING) {
            pending.put(delivery, List.copyOf(changes));
        } else {
            isOverflown = true;
        }
    }

    /** Whether a delivery was applied by this replica, but is not in the stream yet. */
    synchronized boolean isPending(String delivery) {
        return pending.containsKey(delivery);
    }

    /** Adds the changes that could not be added before. Waits for Redis. */
    void flush() {
        Map<String, List<PermissionChange>> left;
        boolean isIncomplete;
        synchronized (this) {
            left = new LinkedHashMap<>(pending);
            isIncomplete = isOverflown;
        }
        if (isIncomplete
                && append("", List.of(new PermissionChange.OfEverything())).isPresent()) {
            synchronized (this) {
                isOverflown = false;
            }
        }
        left.forEach((delivery, changes) -> {
            if (append(delivery, changes).isPresent()) {
                synchronized (this) {
                    pending.remove(delivery);
                }
            }
        });
    }

    /** The change in an entry of another replica; {@link PermissionChange.OfEverything} if it cannot be read. */
    static PermissionChange change(byte[] value) {
        ChangeEntry entry = SharedJson.read(value, ENTRY);
        return entry == null ? new PermissionChange.OfEverything() : entry.change();
    }
}

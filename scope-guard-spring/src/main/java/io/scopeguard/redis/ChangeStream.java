package io.scopeguard.redis;

import io.scopeguard.provider.PermissionChange;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;

/**
 * The stream of reported changes. A change that cannot be added now is kept, within a limit, and added when Redis responds again.
 * Thread-safe.
 */
final class ChangeStream {

    static final int LENGTH = 10_000;

    private static final TypeReference<ChangeEntry> ENTRY = new TypeReference<>() {};

    /** How long ids of deliveries are kept. Older deliveries are untimely, so the provider's receiver decides about them again. */
    private static final Duration MEMORY = Duration.ofMinutes(10);

    private static final int MAX_PENDING = 1_000;

    private final SharedLog log;
    private final Map<String, List<PermissionChange>> pending = new LinkedHashMap<>();

    /** Whether a delivery was dropped, so that nobody knows which one is not in the stream. */
    private volatile boolean hasOverflowed;

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
            hasOverflowed = true;
        }
    }

    /** Adds the changes that could not be added before. Waits for Redis, until it does not respond for the first time. */
    void flush() {
        if (!hasOverflowed || addEverything()) {
            var unused = pending().stream().allMatch(this::flush);
        }
    }

    private boolean addEverything() {
        // A delivery that is dropped from now on sets it again.
        hasOverflowed = false;
        boolean isAdded =
                append("", List.of(new PermissionChange.OfEverything())).isPresent();
        if (!isAdded) {
            hasOverflowed = true;
        }
        return isAdded;
    }

    /** Adds the change of a delivery, if it could not be added before. Waits briefly. Returns whether it is in the stream now. */
    boolean flush(String delivery) {
        List<PermissionChange> changes = pending(delivery);
        if (changes == null) {
            return !hasOverflowed;
        }
        boolean isAdded = append(delivery, changes).isPresent();
        if (isAdded) {
            synchronized (this) {
                pending.remove(delivery);
            }
        }
        return isAdded;
    }

    private synchronized List<String> pending() {
        return List.copyOf(pending.keySet());
    }

    private synchronized @Nullable List<PermissionChange> pending(String delivery) {
        return pending.get(delivery);
    }

    /** The change in an entry of another replica; {@link PermissionChange.OfEverything} if it cannot be read. */
    static PermissionChange change(byte[] value) {
        ChangeEntry entry = SharedJson.read(value, ENTRY);
        return entry == null ? new PermissionChange.OfEverything() : entry.change();
    }
}

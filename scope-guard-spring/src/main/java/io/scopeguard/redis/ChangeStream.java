package io.scopeguard.redis;

import io.scopeguard.provider.PermissionChange;
import java.time.Duration;
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

    /** How long ids of deliveries are kept. Older deliveries are untimely, so the provider's receiver decides about them again. */
    private static final Duration MEMORY = Duration.ofMinutes(10);

    private static final int MAX_PENDING = 1_000;

    private final SharedLog log;
    private final Unsent<String, List<PermissionChange>> pending = new Unsent<>(MAX_PENDING, (first, second) -> first);

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
            pending.keep(delivery, List.copyOf(changes));
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

    /** Adds the changes that could not be added before. Waits for Redis, until it does not respond for the first time. */
    void flush() {
        pending.flush(
                () -> Map.of("", List.<PermissionChange>of(new PermissionChange.OfEverything()))
                        .entrySet()
                        .iterator(),
                (delivery, changes) -> append(delivery, changes).isPresent());
    }

    /** Adds the change of a delivery, if it could not be added before. Waits briefly. Returns whether it is in the stream now. */
    boolean flush(String delivery) {
        List<PermissionChange> changes = pending.get(delivery);
        if (changes == null) {
            return !pending.isResendDue();
        }
        boolean isAdded = append(delivery, changes).isPresent();
        if (isAdded) {
            pending.remove(delivery, changes);
        }
        return isAdded;
    }

    /** The change in an entry of another replica; {@link PermissionChange.OfEverything} if it cannot be read. */
    static PermissionChange change(byte[] value) {
        ChangeEntry entry = SharedJson.read(value, ENTRY);
        return entry == null ? new PermissionChange.OfEverything() : entry.change();
    }
}

package io.scopeguard.permission;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.scopeguard.permission.PermissionChange.OfMember;
import io.scopeguard.permission.PermissionChange.OfOrganization;
import io.scopeguard.permission.PermissionChange.OfSubject;
import io.scopeguard.permission.PermissionsUnavailableException.Reason;
import io.scopeguard.scope.Scopes;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Live permissions, remembered. A reading that is fresh enough is answered without I/O or locks; otherwise one read a key is
 * under way at a time, and whoever needs it waits for it, boundedly. What shrinks rights is confirmed before it is believed.
 * Thread-safe; close it to stop its threads.
 */
public final class PermissionCache implements AutoCloseable {

    private static final int READERS = 8;
    private static final int MAX_WAITING_READS = 10_000;
    private static final Duration IDLE = Duration.ofSeconds(30);

    private final PermissionSource source;
    private final Clock clock;
    private final Duration maxWait;
    private final Cache<PermissionKey, CachedPermissions> entries;
    private final ThreadPoolExecutor readers = readers();

    /**
     * @param source where permissions are read
     * @param clock by which reads are dated
     * @param maxWait how long a caller waits for a read
     * @param maxEntries how many keys are remembered
     * @param idle after which time without use a key is forgotten
     */
    public PermissionCache(PermissionSource source, Clock clock, Duration maxWait, long maxEntries, Duration idle) {
        this.source = source;
        this.clock = clock;
        this.maxWait = maxWait;
        this.entries = Caffeine.newBuilder()
                .maximumSize(maxEntries)
                .expireAfterAccess(idle)
                .build();
    }

    /**
     * The permissions of a key, as fresh as asked for.
     *
     * @param held what the asking token carries: where nothing was read before, a first reading that lacks some of it is
     *     confirmed
     * @throws PermissionsUnavailableException if there is no reading within the bound, and none could be had in time
     */
    public LivePermissions get(PermissionKey key, Freshness asked, Scopes held) {
        CachedPermissions entry = entries.get(key, this::open);
        Freshness freshness = entry.sinceChange(asked);
        LivePermissions known = entry.known();
        if (known != null && !freshness.isDue(known)) {
            return known;
        }
        try {
            return entry.read(freshness, held, maxWait);
        } catch (PermissionsUnavailableException e) {
            return lastKnown(entry, freshness, e);
        }
    }

    /** Makes readings that a change may concern due, if they began before now. Until another is had they stand. */
    public void apply(PermissionChange change) {
        Instant now = clock.instant();
        entries.asMap().forEach((key, entry) -> {
            if (concerns(change, key)) {
                entry.changed(now);
            }
        });
    }

    @Override
    public void close() {
        readers.shutdownNow();
    }

    private CachedPermissions open(PermissionKey key) {
        return new CachedPermissions(key, source, clock, readers);
    }

    private static boolean concerns(PermissionChange change, PermissionKey key) {
        if (change instanceof OfMember member) {
            // Outside of organizations too: what a token for none may carry depends on all of them.
            boolean here = key.organization() == null || key.organization().equals(member.organization());
            return here && key.subject().equals(member.subject());
        }
        if (change instanceof OfSubject of) {
            return key.subject().equals(of.subject());
        }
        return !(change instanceof OfOrganization of) || of.organization().equals(key.organization());
    }

    private static LivePermissions lastKnown(
            CachedPermissions entry, Freshness freshness, PermissionsUnavailableException trouble) {
        LivePermissions known = entry.known();
        if (known != null && freshness.accepts(known)) {
            return known;
        }
        throw trouble;
    }

    private static ThreadPoolExecutor readers() {
        ThreadPoolExecutor readers = new ThreadPoolExecutor(
                READERS,
                READERS,
                IDLE.toSeconds(),
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(MAX_WAITING_READS),
                task -> {
                    Thread thread = new Thread(task, "scope-guard-permissions");
                    thread.setDaemon(true);
                    return thread;
                },
                (task, pool) -> {
                    throw new PermissionsUnavailableException(Reason.BUDGET_EXHAUSTED, "Too many reads are waiting.");
                });
        readers.allowCoreThreadTimeOut(true);
        return readers;
    }
}

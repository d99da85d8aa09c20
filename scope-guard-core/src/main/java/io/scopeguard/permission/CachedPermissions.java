package io.scopeguard.permission;

import io.scopeguard.permission.PermissionsUnavailableException.Reason;
import io.scopeguard.scope.Scopes;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last believed permissions of one key, and the reads that renew them: at most one under way and one behind it, which
 * whoever needs a read that begins later shares.
 */
final class CachedPermissions {

    private static final Logger log = LoggerFactory.getLogger(CachedPermissions.class);

    /** After a failure the provider is left alone for this long. */
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final PermissionKey key;
    private final PermissionSource source;
    private final Clock clock;
    private final Executor executor;

    private volatile @Nullable LivePermissions known;
    private volatile Instant changedAt = Instant.MIN;
    private @Nullable Read underWay;
    private @Nullable Read behind;
    private @Nullable Failure lastFailure;

    CachedPermissions(PermissionKey key, PermissionSource source, Clock clock, Executor executor) {
        this.key = key;
        this.source = source;
        this.clock = clock;
        this.executor = executor;
    }

    @Nullable
    LivePermissions known() {
        return known;
    }

    void changed(Instant when) {
        changedAt = when;
    }

    /** What is asked for, and no reading from before the last change as long as another can be had. */
    Freshness sinceChange(Freshness asked) {
        return asked.dueSince(changedAt);
    }

    /** Waits for a reading that is acceptable. Joining one that turns out too old costs one more. */
    LivePermissions read(Freshness freshness, Scopes held, Duration maxWait) {
        long deadline = System.nanoTime() + maxWait.toNanos();
        LivePermissions first = join(freshness, held).await(deadline);
        LivePermissions read =
                freshness.accepts(first) ? first : join(freshness, held).await(deadline);
        if (!freshness.accepts(read)) {
            throw new PermissionsUnavailableException(Reason.TIMEOUT, "No reading is as fresh as asked for.");
        }
        return read;
    }

    private synchronized Read join(Freshness freshness, Scopes held) {
        if (underWay == null) {
            LivePermissions latest = known;
            if (latest != null && !freshness.isDue(latest)) {
                // A read has ended since the caller looked.
                return Read.ended(latest);
            }
            failFast();
            Read read = new Read(held);
            read.wanted(freshness);
            underWay = read;
            start(read);
            return read;
        }
        if (!underWay.startedBefore(freshness.due())) {
            return underWay;
        }
        if (behind == null) {
            behind = new Read(held);
        }
        behind.wanted(freshness);
        return behind;
    }

    private void failFast() {
        if (lastFailure != null && clock.instant().isBefore(lastFailure.at.plus(PAUSE))) {
            throw lastFailure.cause;
        }
    }

    private void start(Read read) {
        read.start = clock.instant();
        try {
            executor.execute(() -> run(read));
        } catch (PermissionsUnavailableException rejected) {
            underWay = null;
            read.result.completeExceptionally(rejected);
        }
    }

    private void run(Read read) {
        try {
            LivePermissions live = believable(read);
            finish(null);
            read.result.complete(live);
        } catch (PermissionsUnavailableException e) {
            fail(read, e);
        } catch (RuntimeException | Error e) {
            // Whatever it is: a read that never ends would keep everybody from reading this key again.
            // Without its message, which may hold what the provider said.
            log.error(
                    "Reading live permissions failed unexpectedly: {} at {}",
                    e.getClass().getName(),
                    Arrays.stream(e.getStackTrace()).limit(5).toList());
            fail(read, new PermissionsUnavailableException(Reason.MALFORMED, "Reading failed unexpectedly."));
        }
    }

    private void fail(Read read, PermissionsUnavailableException failure) {
        finish(failure);
        read.result.completeExceptionally(failure);
    }

    private LivePermissions believable(Read read) {
        LivePermissions last = known;
        LivePermissions before = last != null ? last : LivePermissions.of(read.held, read.start);
        LivePermissions live = source.fetch(key, read.sharedNotBefore());
        if (live.shrinks(before)) {
            live = source.confirm(key, clock.instant());
        }
        LivePermissions believed = live.after(last);
        known = believed;
        return believed;
    }

    private synchronized void finish(@Nullable PermissionsUnavailableException failure) {
        lastFailure = failure == null ? null : new Failure(failure, clock.instant());
        underWay = behind;
        behind = null;
        if (underWay != null) {
            start(underWay);
        }
    }

    private record Failure(PermissionsUnavailableException cause, Instant at) {}

    /** One read of the provider, shared by all who wait for it. */
    private static final class Read {

        private final CompletableFuture<LivePermissions> result = new CompletableFuture<>();
        private final Scopes held;
        private Instant start = Instant.MAX;
        private Instant due = Instant.MIN;

        Read(Scopes held) {
            this.held = held;
        }

        static Read ended(LivePermissions live) {
            Read read = new Read(Scopes.none());
            read.result.complete(live);
            return read;
        }

        void wanted(Freshness freshness) {
            due = freshness.due().isAfter(due) ? freshness.due() : due;
        }

        boolean startedBefore(Instant time) {
            return start.isBefore(time);
        }

        /** Shared reads may have used up half of the age that is allowed, so that the result is not due again at once. */
        Instant sharedNotBefore() {
            return due.plus(Duration.between(due, start).dividedBy(2));
        }

        LivePermissions await(long deadline) {
            try {
                return result.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            } catch (TimeoutException e) {
                throw new PermissionsUnavailableException(Reason.TIMEOUT, "The provider took too long.");
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new PermissionsUnavailableException(
                        Reason.TIMEOUT, "Interrupted while waiting for the provider.");
            } catch (ExecutionException e) {
                throw e.getCause() instanceof PermissionsUnavailableException unavailable
                        ? unavailable
                        : new IllegalStateException("reads fail in one way only", e.getCause());
            }
        }
    }
}

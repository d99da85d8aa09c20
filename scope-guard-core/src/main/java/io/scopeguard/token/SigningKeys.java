package io.scopeguard.token;

import com.nimbusds.jose.JWSAlgorithm;
import io.scopeguard.time.SteadyClock;
import java.lang.ref.WeakReference;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An issuer's published signing keys, cached for a fixed time regardless of the response's cache headers. They are fetched
 * when they are first needed, or before if the application asks for it, and renewed in the background afterwards, so a request with a
 * token signed by a known key does not wait. Known keys stay usable during an outage of up to {@link #OUTAGE}. A request waits in three cases: its key id is
 * unknown, the renewal has not run for {@link #OVERDUE_AFTER}, as after a freeze of the process, or the known keys are older than
 * {@link #OUTAGE}. Such requests share one fetch. The wait for each fetch is bounded, and a request whose key id is unknown may wait
 * for a second fetch, because the one in progress began before the request. Thread-safe.
 */
final class SigningKeys implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(SigningKeys.class);

    /** While fetches succeed, there are at most two within this time, however many unknown key ids are requested. */
    static final Duration FETCH_INTERVAL = Duration.ofSeconds(10);

    /** The pause after a failed fetch. */
    static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(2);

    static final Duration RENEWED_AFTER = Duration.ofMinutes(4);
    static final Duration OUTAGE = Duration.ofHours(4);

    private static final Duration CHECKED_EVERY = Duration.ofMinutes(1);

    /** If keys are older than this, the renewal in the background has failed or has not run. */
    static final Duration OVERDUE_AFTER = RENEWED_AFTER.plus(CHECKED_EVERY.multipliedBy(3));

    private final Supplier<CompletableFuture<PublishedKeys>> endpoint;
    private final LongSupplier nanos;
    private final LongSupplier freezes;
    private final Executor later;
    private final Duration timeout;
    private volatile Reading reading;
    private volatile long renewalDue;
    private volatile boolean failing;
    private volatile long freezesAtFailed;
    private volatile boolean closed;

    private final AtomicBoolean keptFresh = new AtomicBoolean();

    // Guarded by this.
    private @Nullable Fetch running;
    private long lastBegan;
    private long lastButOneBegan;
    private long lastFailed;

    /**
     * @param timeout the limit on the whole time of a fetch
     * @param clock measures the age of keys
     */
    SigningKeys(URI jwkSetUri, Duration timeout, KeyListener listener, SteadyClock clock) {
        this(
                EmbeddedKeySet.isIn(jwkSetUri)
                        ? new EmbeddedKeySet(jwkSetUri)::keys
                        : new KeySetEndpoint(jwkSetUri, timeout, listener, clock)::fetch,
                timeout,
                clock::nanos,
                clock::freezes,
                CompletableFuture.delayedExecutor(CHECKED_EVERY.toMillis(), TimeUnit.MILLISECONDS));
    }

    /**
     * @param timeout after which the endpoint itself gives up
     * @param nanos a monotonic clock
     * @param freezes the number of freezes of the process so far
     * @param later runs a task in about a minute
     */
    SigningKeys(
            Supplier<CompletableFuture<PublishedKeys>> endpoint,
            Duration timeout,
            LongSupplier nanos,
            LongSupplier freezes,
            Executor later) {
        this.endpoint = endpoint;
        this.timeout = timeout;
        this.nanos = nanos;
        this.freezes = freezes;
        this.later = later;
        long now = nanos.getAsLong();
        reading = new Reading(KeysById.NONE, now - OUTAGE.toNanos());
        renewalDue = now;
        lastBegan = now - FETCH_INTERVAL.toNanos();
        lastButOneBegan = lastBegan;
    }

    /** Begins a fetch in the background, unless the last one is recent. */
    void renewIfDue() {
        if (nanos.getAsLong() - renewalDue >= 0) {
            renew();
        }
    }

    /**
     * The key with this id, if it is suitable for the algorithm; {@code null} if the issuer does not publish one.
     *
     * @throws KeysUnavailableException if the token cannot be verified at the moment
     */
    @Nullable
    VerificationKey find(String keyId, JWSAlgorithm algorithm) {
        long asked = nanos.getAsLong();
        VerificationKey key = current(asked).get(keyId);
        if (key == null) {
            key = fetchedSince(asked, keyId);
        }
        return key != null && key.fits(algorithm) ? key : null;
    }

    /**
     * Whether the issuer still publishes the key.
     *
     * @throws KeysUnavailableException if the token cannot be verified at the moment
     */
    boolean publishes(VerificationKey key) {
        return key.equals(current(nanos.getAsLong()).get(key.id()));
    }

    /** Stops the renewal in the background. */
    @Override
    public void close() {
        closed = true;
    }

    private KeysById current(long now) {
        Reading last = reading;
        if (now - last.began >= OVERDUE_AFTER.toNanos()) {
            return overdue(last, now);
        }
        if (now - renewalDue >= 0) {
            renew();
        }
        return last.keys;
    }

    /** During an outage, the known keys are used, but not after a freeze of the process: they may have been withdrawn long ago. */
    private KeysById overdue(Reading last, long now) {
        if (now - last.began >= OUTAGE.toNanos()) {
            return await(fetch(true)).keys;
        }
        if (!isOutage()) {
            return renewed(last);
        }
        if (now - renewalDue >= 0) {
            renew();
        }
        return last.keys;
    }

    /** Whether the endpoint fails. A fetch that began before a freeze proves nothing, because the freeze ended it. */
    private boolean isOutage() {
        return failing && freezesAtFailed == freezes.getAsLong();
    }

    private KeysById renewed(Reading last) {
        try {
            return await(fetch(true)).keys;
        } catch (KeysUnavailableException e) {
            return last.keys;
        }
    }

    /** The key, if it was fetched after the given time. An older key set cannot contain a key that was just rotated in. */
    private @Nullable VerificationKey fetchedSince(long asked, String keyId) {
        Reading last = reading;
        VerificationKey key = last.keys.get(keyId);
        while (key == null && last.began - asked < 0) {
            last = await(fetch(true));
            key = last.keys.get(keyId);
        }
        return key;
    }

    private void renew() {
        try {
            fetch(false);
        } catch (KeysUnavailableException e) {
            // A fetch has just been attempted, so the known keys are used.
        }
    }

    /**
     * The fetch in progress, or a new one.
     *
     * @param isAwaited whether the caller waits for it
     * @throws KeysUnavailableException if it is too early for a new one
     */
    private Fetch fetch(boolean isAwaited) {
        Fetch mine = new Fetch(nanos.getAsLong(), freezes.getAsLong(), isAwaited);
        Fetch fetch = begin(mine);
        if (fetch == null) {
            return Fetch.of(reading);
        }
        if (fetch.equals(mine)) {
            var unused = request().whenComplete((published, failure) -> end(mine, published));
            keepFresh();
        }
        return fetch;
    }

    private CompletableFuture<PublishedKeys> request() {
        try {
            return endpoint.get();
        } catch (RuntimeException | Error e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** The fetch to wait for; {@code null} if the fetch of another request has ended meanwhile. */
    private synchronized @Nullable Fetch begin(Fetch mine) {
        if (running != null) {
            return running;
        }
        if (reading.began - mine.began >= 0) {
            return null;
        }
        boolean inTime = mine.began - lastButOneBegan >= FETCH_INTERVAL.toNanos();
        boolean again = failing && mine.began - lastFailed >= PAUSE_AFTER_FAILURE.toNanos();
        if (!inTime && !again) {
            throw unavailable();
        }
        running = mine;
        lastButOneBegan = lastBegan;
        lastBegan = mine.began;
        renewalDue = mine.began + FETCH_INTERVAL.toNanos();
        return mine;
    }

    private void end(Fetch fetch, @Nullable PublishedKeys published) {
        Reading fetched = published == null ? null : prepared(published, fetch);
        if (fetched == null) {
            failed(fetch);
            fetch.result.completeExceptionally(unavailable());
        } else {
            succeeded(fetched);
            fetch.result.complete(fetched);
        }
    }

    /** The keys, ready to verify; {@code null} if that fails unexpectedly. In any case, the fetch ends, and another one may begin. */
    private @Nullable Reading prepared(PublishedKeys published, Fetch fetch) {
        try {
            return new Reading(reading.keys.renewed(published.keys()), fetch.began);
        } catch (RuntimeException | Error e) {
            log.warn("The signing keys were fetched, but could not be prepared. The known keys stay in use.", e);
            return null;
        }
    }

    /** A first fetch that nobody waited for may have been too early, so it shortens no wait. */
    private synchronized void failed(Fetch fetch) {
        failing |= fetch.isAwaited || !reading.keys.equals(KeysById.NONE);
        freezesAtFailed = fetch.freezes;
        lastFailed = nanos.getAsLong();
        running = null;
    }

    private synchronized void succeeded(Reading fetched) {
        failing = false;
        reading = fetched;
        renewalDue = fetched.began + RENEWED_AFTER.toNanos();
        running = null;
    }

    private Reading await(Fetch fetch) {
        fetch.isAwaited = true;
        try {
            return fetch.result.get(longestWait().toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw unavailable();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unavailable();
        }
    }

    /**
     * A fetch ends by its own time limit, unless the machine is too busy to read the response. After one failure, releasing threads
     * is worth more than the small chance that the next attempt is slow and succeeds.
     */
    Duration longestWait() {
        return failing ? timeout.dividedBy(3) : timeout.multipliedBy(3);
    }

    /**
     * Begins to renew the keys in the background, so that a process that was idle does not continue with keys that were withdrawn
     * meanwhile. If no thread can be had, the next fetch tries again.
     */
    private void keepFresh() {
        if (keptFresh.compareAndSet(false, true)) {
            try {
                keepFresh(new WeakReference<>(this), later);
            } catch (RuntimeException | OutOfMemoryError e) {
                keptFresh.set(false);
            }
        }
    }

    private static void keepFresh(WeakReference<SigningKeys> forgettable, Executor later) {
        later.execute(() -> {
            SigningKeys keys = forgettable.get();
            if (keys != null && !keys.closed) {
                keys.renewIfDue();
                keepFresh(forgettable, later);
            }
        });
    }

    private KeysUnavailableException unavailable() {
        return new KeysUnavailableException(
                "The issuer's signing keys are unavailable.", failing ? PAUSE_AFTER_FAILURE : FETCH_INTERVAL);
    }

    /**
     * Published keys.
     *
     * @param began when the fetch began, by the monotonic clock
     */
    private record Reading(KeysById keys, long began) {}

    private static final class Fetch {

        private final long began;
        private final long freezes;
        private volatile boolean isAwaited;
        private final CompletableFuture<Reading> result = new CompletableFuture<>();

        Fetch(long began, long freezes, boolean isAwaited) {
            this.began = began;
            this.freezes = freezes;
            this.isAwaited = isAwaited;
        }

        /** A fetch that has ended. */
        static Fetch of(Reading reading) {
            Fetch fetch = new Fetch(reading.began, 0, false);
            fetch.result.complete(reading);
            return fetch;
        }
    }
}

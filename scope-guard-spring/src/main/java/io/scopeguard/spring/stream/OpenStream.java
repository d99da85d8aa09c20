package io.scopeguard.spring.stream;

import io.scopeguard.Decision;
import io.scopeguard.TooManyWatchesException;
import io.scopeguard.Watch;
import io.scopeguard.WatchEnd;
import io.scopeguard.WatchListener;
import io.scopeguard.spring.stream.OpenStreams.Kind;
import io.scopeguard.token.AccessToken;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** One open stream, under one or more watches: the first of them that ends it, ends it. Thread-safe. */
final class OpenStream implements WatchListener, AutoCloseable {

    private final OpenStreams streams;
    private final Kind kind;
    private final StreamListener listener;
    private final List<Watch> watches = new CopyOnWriteArrayList<>();
    private final AtomicBoolean isOver = new AtomicBoolean();

    /** Why the stream would have ended if rights were enforced. Several watches may end for the same reason. */
    private final Set<WatchEnd.Reason> reported = ConcurrentHashMap.newKeySet();

    /** The token of the last renewal. */
    private volatile @Nullable AccessToken renewed;

    OpenStream(OpenStreams streams, Kind kind, StreamListener listener) {
        this.streams = streams;
        this.kind = kind;
        this.listener = listener;
    }

    void add(Watch watch) {
        watches.add(watch);
        if (isOver.get()) {
            watch.close();
        }
    }

    /**
     * Watches another decision, which the stream goes on with.
     *
     * @throws TooManyWatchesException if the maximum number of watches is open
     */
    Watch watch(Decision granted) {
        Watch watch = streams.watch(granted, this);
        add(watch);
        AccessToken newer = renewed;
        if (newer != null) {
            renewIfOlder(watch, newer);
        }
        return watch;
    }

    /** Ends one watch of a stream that goes on, such as that of a subscription. */
    void forget(Watch watch) {
        watches.remove(watch);
        watch.close();
    }

    /** Does more work on the end of the stream. */
    void later(Duration delay, Runnable work) {
        streams.later(delay, work);
    }

    Kind kind() {
        return kind;
    }

    @Override
    public void ended(WatchEnd end) {
        if (!end.isEnforced()) {
            if (reported.add(end.reason())) {
                streams.ended(this, end, () -> listener.reported(end));
            }
        } else if (isOver.compareAndSet(false, true)) {
            watches.forEach(Watch::close);
            streams.ended(this, end, () -> carryOut(end));
        }
    }

    /** The stream counts as open until its listener has ended it. */
    private void carryOut(WatchEnd end) {
        try {
            listener.end(end);
        } finally {
            streams.remove(this);
        }
    }

    @Override
    public void refreshed() {
        listener.refreshed();
    }

    /** Ends the stream if the token of one of its open watches matches. Returns whether it did. */
    boolean end(Predicate<AccessToken> which) {
        for (Watch watch : watches) {
            if (watch.isOpen() && which.test(watch.granted().token())) {
                watch.end();
                return true;
            }
        }
        return false;
    }

    /**
     * Lets the stream go on with a newer token.
     *
     * @return the decision about the newer token: a denial if one of the watches refuses it, and all go on with the token they have
     * @throws IllegalArgumentException if the token is not the same client's and user's
     */
    Decision renew(AccessToken newer) {
        Decision decision = Watch.renew(watches, newer);
        if (decision.isGranted()) {
            renewed = newer;
            reported.clear();
            // A watch that was added meanwhile is renewed by watch() or here.
            watches.forEach(watch -> renewIfOlder(watch, newer));
        }
        return decision;
    }

    private static void renewIfOlder(Watch watch, AccessToken newer) {
        if (watch.granted().token().fingerprint().equals(newer.fingerprint())) {
            return;
        }
        try {
            var unused = watch.renew(newer);
        } catch (IllegalArgumentException e) {
            // It ends with the token that it was granted to.
        }
    }

    /** The stream has ended without the guard. */
    @Override
    public void close() {
        if (isOver.compareAndSet(false, true)) {
            release();
        }
    }

    private void release() {
        watches.forEach(Watch::close);
        streams.remove(this);
    }
}

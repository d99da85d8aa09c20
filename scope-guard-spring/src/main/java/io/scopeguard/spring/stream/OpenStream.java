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
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One open stream, under one or more watches: the first of them that ends it, ends it. Thread-safe. */
final class OpenStream implements WatchListener, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(OpenStream.class);

    private final OpenStreams streams;
    private final Kind kind;
    private final StreamListener listener;
    private final List<Watch> watches = new CopyOnWriteArrayList<>();
    private final AtomicReference<State> state = new AtomicReference<>(State.OPEN);

    /** Why the stream would have ended if rights were enforced. Several watches may end for the same reason. */
    private final Set<WatchEnd.Reason> reported = ConcurrentHashMap.newKeySet();

    /** The token of the last renewal. */
    private volatile @Nullable AccessToken renewed;

    /** Gives up on an end that takes too long. */
    private volatile @Nullable Future<?> deadline;

    private enum State {
        OPEN,
        /** The stream must end, and counts as open until it has. */
        ENDING,
        OVER
    }

    OpenStream(OpenStreams streams, Kind kind, StreamListener listener) {
        this.streams = streams;
        this.kind = kind;
        this.listener = listener;
    }

    void add(Watch watch) {
        watches.add(watch);
        closeUnlessNeeded(watch);
    }

    /** While a stream ends, the watch that ended it makes it count as open. */
    private void closeUnlessNeeded(Watch watch) {
        State now = state.get();
        if (now == State.OVER || (now == State.ENDING && watch.isOpen())) {
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

    /** The number of watches. */
    int watches() {
        return watches.size();
    }

    /** Does more work on the end of the stream. */
    void later(Duration delay, Runnable work) {
        streams.later(delay, work);
    }

    /** Does work later that never blocks. It can be cancelled. */
    Future<?> onTimer(Duration delay, Runnable work) {
        return streams.onTimer(delay, work);
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
        } else if (state.compareAndSet(State.OPEN, State.ENDING)) {
            watches.forEach(this::closeUnlessNeeded);
            limit(streams.abandonLater(this::abandon));
            streams.ended(this, end, () -> carryOut(end));
        }
    }

    private void limit(Future<?> timer) {
        deadline = timer;
        if (state.get() == State.OVER) {
            timer.cancel(false);
        }
    }

    private void abandon() {
        log.debug("A stream that had to end is still open, and no longer counts");
        close();
    }

    private void carryOut(WatchEnd end) {
        boolean isCarriedOut = false;
        try {
            listener.end(end);
            isCarriedOut = true;
        } finally {
            if (!isCarriedOut) {
                close();
            }
        }
    }

    @Override
    public boolean closesWatch() {
        return true;
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

    /** The stream has ended, by the guard or by itself. */
    @Override
    public void close() {
        if (state.getAndSet(State.OVER) != State.OVER) {
            Future<?> timer = deadline;
            if (timer != null) {
                timer.cancel(false);
            }
            watches.forEach(Watch::close);
            streams.remove(this);
        }
    }
}

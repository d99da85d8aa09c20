package io.scopeguard.spring.stream;

import io.scopeguard.Decision;
import io.scopeguard.TooManyWatchesException;
import io.scopeguard.Watch;
import io.scopeguard.WatchEnd;
import io.scopeguard.WatchListener;
import io.scopeguard.spring.stream.OpenStreams.Kind;
import io.scopeguard.token.AccessToken;
import java.util.List;
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
     * @throws TooManyWatchesException if as much is open as may be
     */
    Watch watch(Decision granted) {
        Watch watch = streams.watch(granted, this);
        add(watch);
        AccessToken newer = renewed;
        if (newer != null) {
            try {
                watch.renew(newer);
            } catch (IllegalArgumentException e) {
                // It ends with the token that it was granted to.
            }
        }
        return watch;
    }

    /** What needed this watch is over, and the stream goes on. */
    void forget(Watch watch) {
        watches.remove(watch);
        watch.close();
    }

    Kind kind() {
        return kind;
    }

    @Override
    public void ended(WatchEnd end) {
        if (!end.isEnforced()) {
            streams.ended(this, end, () -> listener.reported(end));
        } else if (isOver.compareAndSet(false, true)) {
            release();
            streams.ended(this, end, () -> listener.end(end));
        }
    }

    @Override
    public void refreshed() {
        listener.refreshed();
    }

    /** Whether this was open, and is ended now. */
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
     * @return the decision about the newer token: a denial if one of the watches refuses it
     * @throws IllegalArgumentException if the token is not the same client's and user's
     */
    Decision renew(AccessToken newer) {
        renewed = newer;
        Decision last = null;
        for (Watch watch : watches) {
            last = watch.renew(newer);
            if (!last.isGranted()) {
                return last;
            }
        }
        if (last == null) {
            throw new IllegalStateException("a stream has a watch");
        }
        return last;
    }

    /** It is over by itself. */
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

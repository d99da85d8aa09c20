package io.scopeguard;

import io.scopeguard.token.AccessToken;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Watches a granted access, such as an open stream, until its token expires or its subject loses a permission that the request
 * required. Close it when the access ends for another reason. Thread-safe.
 *
 * @since 0.1
 */
public final class Watch implements AutoCloseable {

    private final Watches watches;
    private final Authorizer authorizer;
    private final WatchListener listener;
    private final AtomicReference<State> state;
    private final AtomicBoolean isCounted = new AtomicBoolean(true);

    /** Decides about the watched request. */
    interface Authorizer {

        /**
         * Decides about the request with a token.
         *
         * @param mayWait whether to wait for reads without which the permissions are unknown
         */
        Decision authorize(AccessToken token, AccessRequest request, boolean mayWait);
    }

    /** The last grant, with the keys under which the registry keeps it. */
    record Entry(Decision granted, KeyUse.Key key, Expiry expiry) {}

    /**
     * The state of the access. A renewal replaces all of it.
     *
     * @param last the last grant
     * @param isReported whether a loss of the grant was reported in a mode that denies nothing
     */
    private record State(Entry last, boolean isOpen, boolean isReported) {

        static State of(Entry entry) {
            return new State(entry, true, false);
        }

        State closed() {
            return new State(last, false, isReported);
        }

        State reported() {
            return new State(last, isOpen, true);
        }
    }

    Watch(Watches watches, Entry first, Authorizer authorizer, WatchListener listener) {
        this.watches = watches;
        this.authorizer = authorizer;
        this.listener = listener;
        this.state = new AtomicReference<>(State.of(first));
    }

    /** The current grant: the first one, or that of the last renewal. */
    public Decision granted() {
        return state.get().last.granted;
    }

    public boolean isOpen() {
        return state.get().isOpen;
    }

    /**
     * Continues the access with a newer token.
     *
     * @return the decision about the newer token. After a denial, the access continues with its current token.
     * @throws IllegalArgumentException if the newer token differs from the current one in issuer, subject, client, actor,
     *     organization or audience
     */
    public Decision renew(AccessToken newer) {
        return renew(List.of(this), newer);
    }

    /**
     * Continues accesses that belong together, such as those of one session, with a newer token: all of them, or none.
     *
     * @param watches at least one; all of the same client
     * @return the decision about the newer token: the first denial, or else the last grant. After a denial, each access continues
     *     with its current token.
     * @throws IllegalArgumentException if {@code watches} is empty, or the newer token differs from the current token of an access
     *     in issuer, subject, client, actor, organization or audience. No access is renewed then.
     */
    public static Decision renew(Collection<Watch> watches, AccessToken newer) {
        List<Runnable> renewals = new ArrayList<>(watches.size());
        Decision last = null;
        for (Watch watch : watches) {
            Decision next = watch.decide(newer);
            if (!next.isGranted()) {
                return next;
            }
            renewals.add(() -> watch.replace(next));
            last = next;
        }
        if (last == null) {
            throw new IllegalArgumentException("watches is empty");
        }
        renewals.forEach(Runnable::run);
        return last;
    }

    private Decision decide(AccessToken newer) {
        Decision last = granted();
        requireSame(last.token(), newer);
        Decision next = authorizer.authorize(newer, last.request(), true);
        if (next.isGranted()) {
            requireSameView(last.token(), next.token());
        }
        return next;
    }

    private void replace(Decision next) {
        Entry fresh = watches.entry(next);
        watches.use(fresh);
        State known = state.getAndUpdate(last -> last.isOpen ? State.of(fresh) : last);
        if (known.isOpen) {
            watches.renewed(this, known.last, fresh);
        } else {
            watches.release(fresh);
        }
    }

    private static void requireSame(AccessToken known, AccessToken newer) {
        require(known.issuer().equals(newer.issuer()), "issuer");
        require(known.subject().equals(newer.subject()), "subject");
        require(known.clientId().equals(newer.clientId()), "client");
        require(Objects.equals(known.actor(), newer.actor()), "actor");
    }

    private static void requireSameView(AccessToken known, AccessToken newer) {
        require(Objects.equals(known.organization(), newer.organization()), "organization");
        require(known.audience().equals(newer.audience()), "audience");
    }

    private static void require(boolean isSame, String what) {
        if (!isSame) {
            throw new IllegalArgumentException("The newer token differs from the current one in its " + what + ".");
        }
    }

    /** Ends the access on behalf of the application, in every mode. */
    public void end() {
        State known = state.get();
        if (known.isOpen) {
            Entry last = known.last;
            finish(
                    last,
                    new WatchEnd(WatchEnd.Reason.APPLICATION, last.granted().token(), null, true, watches.now()));
        }
    }

    /** Stops watching, because the access is over. */
    @Override
    public void close() {
        State known = state.getAndUpdate(State::closed);
        if (known.isOpen) {
            watches.removed(this, known.last);
        }
        stopCounting();
    }

    private void stopCounting() {
        if (isCounted.compareAndSet(true, false)) {
            watches.uncount();
        }
    }

    /** The present entry, or {@code null} if the access is over or was already reported. */
    @Nullable
    Entry unreported() {
        State known = state.get();
        return known.isOpen && !known.isReported ? known.last : null;
    }

    /**
     * Decides about the same request again, without waiting: one thread judges all watches. The requirement's own {@code maxAge}
     * applied when access was granted, and is ignored here: {@code 0s} would cost one read for each watch.
     */
    Decision authorizeAgain(Decision last) {
        return authorizer.authorize(last.token(), last.request().withoutOwnAge(), false);
    }

    void expired(Expiry expiry, boolean isEnforced) {
        State known = state.get();
        if (known.isOpen && known.last.expiry().equals(expiry)) {
            finish(known.last, new WatchEnd(WatchEnd.Reason.EXPIRED, expiry.token(), null, isEnforced, watches.now()));
        }
    }

    /** A fact was read, and the access stays open. */
    void refreshed() {
        if (isOpen()) {
            watches.notify(listener, WatchListener::refreshed);
        }
    }

    /** Ends the access, or only reports its end in the modes that deny nothing, unless it was renewed or closed meanwhile. */
    void finish(Entry known, WatchEnd end) {
        State before = state.getAndUpdate(last -> isStill(last, known) ? after(last, end) : last);
        if (!isStill(before, known)) {
            return;
        }
        if (!end.isEnforced()) {
            watches.notify(listener, informed -> informed.ended(end));
        } else {
            watches.removed(this, known);
            if (!listener.closesWatch()) {
                stopCounting();
            }
            watches.notify(listener, informed -> informed.ended(end));
        }
    }

    private static State after(State last, WatchEnd end) {
        return end.isEnforced() ? last.closed() : last.reported();
    }

    @SuppressWarnings("ReferenceEquality")
    private static boolean isStill(State state, Entry known) {
        return state.isOpen && state.last == known;
    }
}

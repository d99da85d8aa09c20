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
    private final AtomicReference<@Nullable Entry> entry;
    private final AtomicBoolean isCounted = new AtomicBoolean(true);
    private volatile Decision granted;
    private volatile boolean isReported;

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

    Watch(Watches watches, Entry first, Authorizer authorizer, WatchListener listener) {
        this.watches = watches;
        this.granted = first.granted;
        this.authorizer = authorizer;
        this.listener = listener;
        this.entry = new AtomicReference<>(first);
    }

    /** The current grant: the first one, or that of the last renewal. */
    public Decision granted() {
        return granted;
    }

    public boolean isOpen() {
        return entry.get() != null;
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
        requireSame(granted.token(), newer);
        Decision next = authorizer.authorize(newer, granted.request(), true);
        if (next.isGranted()) {
            requireSameView(granted.token(), next.token());
        }
        return next;
    }

    private void replace(Decision next) {
        Entry fresh = watches.entry(next);
        watches.use(fresh);
        for (Entry known = entry.get(); known != null; known = entry.get()) {
            if (entry.compareAndSet(known, fresh)) {
                granted = next;
                isReported = false;
                watches.renewed(this, known, fresh);
                return;
            }
        }
        watches.release(fresh);
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
        Entry known = entry.get();
        if (known != null) {
            finish(
                    known,
                    new WatchEnd(WatchEnd.Reason.APPLICATION, known.granted().token(), null, true));
        }
    }

    /** Stops watching, because the access is over. */
    @Override
    public void close() {
        Entry known = entry.getAndSet(null);
        if (known != null) {
            watches.removed(this, known);
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
        return isReported ? null : entry.get();
    }

    /**
     * Decides about the same request again, without waiting: one thread judges all watches. The requirement's own {@code maxAge}
     * applied when access was granted, and is ignored here: {@code 0s} would cost one read for each watch.
     */
    Decision authorizeAgain(Decision last) {
        return authorizer.authorize(last.token(), last.request().withoutOwnAge(), false);
    }

    void expired(Expiry expiry, boolean isEnforced) {
        Entry known = entry.get();
        if (known != null && known.expiry().equals(expiry)) {
            finish(known, new WatchEnd(WatchEnd.Reason.EXPIRED, expiry.token(), null, isEnforced));
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
        if (!end.isEnforced()) {
            isReported = true;
            watches.notify(listener, informed -> informed.ended(end));
        } else if (entry.compareAndSet(known, null)) {
            watches.removed(this, known);
            if (!listener.closesWatch()) {
                stopCounting();
            }
            watches.notify(listener, informed -> informed.ended(end));
        }
    }
}

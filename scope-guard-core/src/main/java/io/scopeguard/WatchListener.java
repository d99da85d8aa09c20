package io.scopeguard;

/**
 * Closes a stream or session that was opened with a granted access.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface WatchListener {

    /**
     * The access ends, or would end if the mode enforced it. In the modes that deny nothing, the method is called at most once for
     * the losses of a token, and once more when the token expires. Usually called by the thread that judges all watches: return
     * soon, and leave blocking work to another thread.
     */
    void ended(WatchEnd end);

    /**
     * Whether the listener closes the watch when an access that has to end is over, which may be some time after {@link #ended}
     * returns, for example if a client does not read. The access then counts as open until the watch is closed. By default, it
     * stops counting before {@code ended} is called.
     */
    default boolean closesWatch() {
        return false;
    }

    /**
     * A fact that the access may depend on was read, and the access goes on. The fact may be the same as before. Called by the
     * thread that judges all watches: return at once.
     */
    default void refreshed() {}
}

package io.scopeguard.provider;

import java.time.Duration;

/**
 * Polls a provider for changes since the last poll. A poll is one call for all subjects, within the provider's call budget. A feed
 * only shortens the time until a change is noticed, because facts are read again by age in any case. A feed that may have missed a
 * change reports a change of everything. Thread-safe. Closing a feed stops its thread.
 *
 * @since 0.1
 */
public interface ChangeFeed extends AutoCloseable {

    /**
     * Starts polling in the background.
     *
     * @param interval the time between two polls
     */
    void start(Duration interval);

    @Override
    void close();
}

package io.scopeguard.provider;

import java.time.Duration;

/**
 * Asks a provider for the changes since it was asked last, by one call for all subjects, within the provider's call budget. A feed
 * only shortens the time until a change is noticed: facts are read again by age all the same, and a feed that may have missed
 * something reports a change of everything. Thread-safe. Closing a feed stops its thread.
 *
 * @since 0.1
 */
public interface ChangeFeed extends AutoCloseable {

    /**
     * Starts asking in the background.
     *
     * @param interval the time between two polls
     */
    void start(Duration interval);

    @Override
    void close();
}

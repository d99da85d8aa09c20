package io.scopeguard.demo.convergence;

import io.scopeguard.testing.MovableClock;
import java.time.Instant;
import java.util.List;
import org.springframework.context.support.GenericApplicationContext;

/** The deployment of the API's instances: each with its own memory, or several with a common one. */
interface Deployment extends AutoCloseable {

    /** Each instance with its own memory. */
    Deployment ALONE = new Deployment() {};

    /** Whether the instances share one memory. Then two of them serve instead of one. */
    default boolean isShared() {
        return false;
    }

    /** Adds beans to an instance before it starts. */
    default void equip(GenericApplicationContext instance, MovableClock clock) {}

    /** The API for clients, which is served by the instances in turn. */
    default Api inFront(List<Guard> instances) {
        return new Gateway(instances);
    }

    /** Whether the instances have exchanged everything. Called while no read is in progress. */
    default boolean isSettled() {
        return true;
    }

    /** Lets the instances do their periodic work after time has passed. */
    default void keepUp(Instant now) {}

    @Override
    default void close() {}
}

package io.scopeguard.spring.client;

import java.time.Duration;

/** A wait before an action. */
@FunctionalInterface
interface Pause {

    /** Returns whether the whole time has passed; {@code false} if the thread was interrupted. */
    boolean await(Duration time);

    /** Blocks the thread. */
    static Pause sleeping() {
        return time -> {
            try {
                Thread.sleep(time.toMillis());
                return true;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        };
    }
}

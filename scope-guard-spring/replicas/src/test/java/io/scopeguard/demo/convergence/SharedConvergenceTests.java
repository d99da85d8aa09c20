package io.scopeguard.demo.convergence;

import org.junit.jupiter.api.Tag;

/**
 * What converges where the instances of the API share through Redis: two of them, or more, take turns behind a proxy, and clients
 * are asked for the same as by one.
 */
@Tag("thorough")
class SharedConvergenceTests extends ConvergenceRows {

    @Override
    Deployment deployment() {
        return new SharedDeployment();
    }
}

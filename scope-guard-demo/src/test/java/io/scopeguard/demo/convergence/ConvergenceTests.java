package io.scopeguard.demo.convergence;

/** Convergence if each instance of the API has its own memory. */
class ConvergenceTests extends ConvergenceRows {

    @Override
    Deployment deployment() {
        return Deployment.ALONE;
    }
}

package io.scopeguard.demo.convergence;

import io.scopeguard.logtobox.Answer;

/** The guarded API, as a client sees it. */
@FunctionalInterface
interface Api {

    Answer get(String path, String token);
}

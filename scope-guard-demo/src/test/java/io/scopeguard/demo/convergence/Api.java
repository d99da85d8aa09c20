package io.scopeguard.demo.convergence;

import io.scopeguard.demo.logto.Answer;

/** The guarded API, as a client sees it. */
@FunctionalInterface
interface Api {

    Answer get(String path, String token);
}

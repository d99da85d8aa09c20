package io.scopeguard.demo.convergence;

import io.scopeguard.logtobox.Answer;

/** The guarded API, for clients. */
@FunctionalInterface
interface Api {

    Answer get(String path, String token);
}

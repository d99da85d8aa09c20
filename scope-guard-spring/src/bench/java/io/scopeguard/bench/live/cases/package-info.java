/** The cases: situations of a guarded API, with their targets. */
@NullMarked
package io.scopeguard.bench.live.cases;

import org.jspecify.annotations.NullMarked;

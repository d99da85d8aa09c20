/** What happens to a guarded API, case by case, and what must hold there. */
@NullMarked
package io.scopeguard.bench.live.cases;

import org.jspecify.annotations.NullMarked;

/**
 * Schedules reads: at most one flight per key, the oldest fact first, on a few threads. Independent of the facts that are read.
 *
 * <p>A flight takes one or more steps. Callers receive futures and set their own deadlines. Nothing here waits for a read, and a
 * flight's priority may rise while it waits.
 */
@Internal
@NullMarked
package io.scopeguard.permission.flight;

import io.scopeguard.annotation.Internal;
import org.jspecify.annotations.NullMarked;

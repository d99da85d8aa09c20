/** Common parts of the benchmarks: signed tokens, and class paths with and without an optional library. */
@NullMarked
package io.scopeguard.bench;

import org.jspecify.annotations.NullMarked;

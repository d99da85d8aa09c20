/** Benchmarks of the cache of live permissions at its limits: many requests at once, and many subjects. */
@NullMarked
package io.scopeguard.bench.cache;

import org.jspecify.annotations.NullMarked;

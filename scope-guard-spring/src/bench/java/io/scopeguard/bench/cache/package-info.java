/** What the cache of live permissions costs at its limits: many requests at once, and many subjects. */
@NullMarked
package io.scopeguard.bench.cache;

import org.jspecify.annotations.NullMarked;

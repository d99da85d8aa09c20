/** Microbenchmarks: verification and decision without a web server. */
@NullMarked
package io.scopeguard.bench.jmh;

import org.jspecify.annotations.NullMarked;

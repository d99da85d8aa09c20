/** Benchmarks of the whole service over loopback HTTP, with its provider and its load. */
@NullMarked
package io.scopeguard.bench.service;

import org.jspecify.annotations.NullMarked;

/** The whole service over loopback HTTP: its provider, its load, and what both cost. */
@NullMarked
package io.scopeguard.bench.service;

import org.jspecify.annotations.NullMarked;

/** A guarded API: what a user of Scope Guard writes. */
@NullMarked
package io.scopeguard.demo.api;

import org.jspecify.annotations.NullMarked;

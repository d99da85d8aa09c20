/** A guarded API, as a user of Scope Guard writes it. */
@NullMarked
package io.scopeguard.demo.api;

import org.jspecify.annotations.NullMarked;

/** A guarded API, as users of Scope Guard write it. */
@NullMarked
package io.scopeguard.demo.api;

import org.jspecify.annotations.NullMarked;

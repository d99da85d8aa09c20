/** The clocks that measure ages. */
@NullMarked
package io.scopeguard.time;

import org.jspecify.annotations.NullMarked;

/** The time that ages are measured in. */
@NullMarked
package io.scopeguard.time;

import org.jspecify.annotations.NullMarked;

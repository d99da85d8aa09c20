/** Hooks and their signed deliveries. */
@NullMarked
package io.scopeguard.logtobox.webhook;

import org.jspecify.annotations.NullMarked;

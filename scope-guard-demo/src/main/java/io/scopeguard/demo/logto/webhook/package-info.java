/** Hooks and their signed deliveries. */
@NullMarked
package io.scopeguard.demo.logto.webhook;

import org.jspecify.annotations.NullMarked;

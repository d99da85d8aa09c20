/** The actuator: the health of identity providers, and an endpoint that shows and explains decisions. */
@NullMarked
package io.scopeguard.spring.actuate;

import org.jspecify.annotations.NullMarked;

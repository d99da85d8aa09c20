/** The actuator: the health of identity providers, and an endpoint that shows and explains decisions. */
@Internal
@NullMarked
package io.scopeguard.spring.actuate;

import io.scopeguard.annotation.Internal;
import org.jspecify.annotations.NullMarked;

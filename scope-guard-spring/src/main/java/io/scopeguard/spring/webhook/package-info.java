/** The endpoint to which identity providers deliver events. */
@Internal
@NullMarked
package io.scopeguard.spring.webhook;

import io.scopeguard.annotation.Internal;
import org.jspecify.annotations.NullMarked;

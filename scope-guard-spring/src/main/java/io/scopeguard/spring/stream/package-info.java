/** An optional endpoint that streams a token's drift to its client as server-sent events. */
@Internal
@NullMarked
package io.scopeguard.spring.stream;

import io.scopeguard.annotation.Internal;
import org.jspecify.annotations.NullMarked;

/** An optional endpoint that streams a token's drift to its client as server-sent events. */
@NullMarked
package io.scopeguard.spring.stream;

import org.jspecify.annotations.NullMarked;

/** The meters for operators, in Micrometer. No tag contains an id: all values come from small fixed sets. */
@Internal
@NullMarked
package io.scopeguard.spring.metrics;

import io.scopeguard.annotation.Internal;
import org.jspecify.annotations.NullMarked;

/** The metrics for operators. */
@Internal
@NullMarked
package io.scopeguard.spring.metrics;

import io.scopeguard.annotation.Internal;
import org.jspecify.annotations.NullMarked;

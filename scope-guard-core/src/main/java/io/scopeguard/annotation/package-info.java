/** The annotation that marks everything that is not public API. */
@NullMarked
package io.scopeguard.annotation;

import org.jspecify.annotations.NullMarked;

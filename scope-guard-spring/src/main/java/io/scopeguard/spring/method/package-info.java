/** Method security for annotated methods that are not web handlers, and the check that every annotation is enforced. */
@Internal
@NullMarked
package io.scopeguard.spring.method;

import io.scopeguard.annotation.Internal;
import org.jspecify.annotations.NullMarked;

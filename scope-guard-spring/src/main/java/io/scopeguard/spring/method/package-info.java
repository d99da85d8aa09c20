/** Method security for annotated methods that are not web handlers, and the check that no annotation is left unenforced. */
@Internal
@NullMarked
package io.scopeguard.spring.method;

import io.scopeguard.annotation.Internal;
import org.jspecify.annotations.NullMarked;

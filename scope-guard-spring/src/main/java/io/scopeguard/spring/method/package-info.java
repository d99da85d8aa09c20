/** Method security for annotated methods that are not web handlers, and the check that no annotation is left unenforced. */
@NullMarked
package io.scopeguard.spring.method;

import org.jspecify.annotations.NullMarked;

/** Turns decisions into responses: the {@code Scope-Drift} header, challenges and problem details. */
@NullMarked
package io.scopeguard.signal;

import org.jspecify.annotations.NullMarked;

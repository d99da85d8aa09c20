/** The service under load, in its variants. */
@NullMarked
package io.scopeguard.bench.app;

import org.jspecify.annotations.NullMarked;

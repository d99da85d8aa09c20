/** The variants of the service under load. */
@NullMarked
package io.scopeguard.bench.app;

import org.jspecify.annotations.NullMarked;

/** An API under guard. */
@NullMarked
package io.scopeguard.demo;

import org.jspecify.annotations.NullMarked;

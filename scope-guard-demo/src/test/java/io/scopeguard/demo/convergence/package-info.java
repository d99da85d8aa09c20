/** Tests that a client that follows the guard's responses ends up with the right token. */
@NullMarked
package io.scopeguard.demo.convergence;

import org.jspecify.annotations.NullMarked;

/** Whether a client that follows the guard ends up with the right token. */
@NullMarked
package io.scopeguard.demo.convergence;

import org.jspecify.annotations.NullMarked;

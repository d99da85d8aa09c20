/** Whether a client that does what the guard asks ends up with the token it should have. */
@NullMarked
package io.scopeguard.demo.convergence;

import org.jspecify.annotations.NullMarked;

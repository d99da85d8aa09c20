/** What converges where the instances of the API share through a real Redis. */
@NullMarked
package io.scopeguard.demo.convergence;

import org.jspecify.annotations.NullMarked;

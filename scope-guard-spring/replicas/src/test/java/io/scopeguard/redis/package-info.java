/** Replicas that share through a real Redis. */
@NullMarked
package io.scopeguard.redis;

import org.jspecify.annotations.NullMarked;

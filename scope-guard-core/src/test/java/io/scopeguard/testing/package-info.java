/** Test support: a movable clock, tokens that can be verified, an in-memory tenant. */
@NullMarked
package io.scopeguard.testing;

import org.jspecify.annotations.NullMarked;

/** Test support: a movable clock, tokens that can be verified, fake providers. */
@NullMarked
package io.scopeguard.testing;

import org.jspecify.annotations.NullMarked;

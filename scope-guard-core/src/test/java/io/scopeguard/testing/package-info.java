/** Shared parts of tests: movable time, tokens that can be verified, a tenant in memory. */
@NullMarked
package io.scopeguard.testing;

import org.jspecify.annotations.NullMarked;

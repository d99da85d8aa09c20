/**
 * Fuzz tests by Jazzer: for any input, only the documented exceptions leave the library, and no exception message contains the
 * input. CONTRIBUTING.md has the command for a long run.
 */
@NullMarked
package io.scopeguard.fuzz;

import org.jspecify.annotations.NullMarked;

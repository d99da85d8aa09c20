/**
 * Fuzz tests by Jazzer: whatever is sent, nothing but the documented exceptions leaves the library, and no exception message
 * contains what was sent. CONTRIBUTING.md has the command for a long run.
 */
@NullMarked
package io.scopeguard.fuzz;

import org.jspecify.annotations.NullMarked;

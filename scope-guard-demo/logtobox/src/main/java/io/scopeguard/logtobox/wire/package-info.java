/** The wire format: JSON as Logto writes it, identifiers, and errors. */
@NullMarked
package io.scopeguard.logtobox.wire;

import org.jspecify.annotations.NullMarked;

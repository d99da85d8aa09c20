/** What travels: JSON as Logto writes it, identifiers, and the shape of a refusal. */
@NullMarked
package io.scopeguard.logtobox.wire;

import org.jspecify.annotations.NullMarked;

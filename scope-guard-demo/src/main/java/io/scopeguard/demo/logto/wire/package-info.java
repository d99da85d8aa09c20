/** What travels: JSON as Logto writes it, identifiers, and the shape of a refusal. */
@NullMarked
package io.scopeguard.demo.logto.wire;

import org.jspecify.annotations.NullMarked;

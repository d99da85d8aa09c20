/** Every kind of handler that Spring offers, each held against the guard. */
@NullMarked
package io.scopeguard.zoo;

import org.jspecify.annotations.NullMarked;

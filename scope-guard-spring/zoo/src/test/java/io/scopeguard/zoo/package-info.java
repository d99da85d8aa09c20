/** Tests of the guard with every kind of handler that Spring offers. */
@NullMarked
package io.scopeguard.zoo;

import org.jspecify.annotations.NullMarked;

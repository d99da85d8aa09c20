/** From a bearer string to proof: an {@link io.scopeguard.token.AccessToken} exists only after verification. */
@NullMarked
package io.scopeguard.token;

import org.jspecify.annotations.NullMarked;

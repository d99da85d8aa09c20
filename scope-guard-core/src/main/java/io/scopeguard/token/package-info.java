/** Verification of bearer tokens. An {@link io.scopeguard.token.AccessToken} exists only after verification. */
@NullMarked
package io.scopeguard.token;

import org.jspecify.annotations.NullMarked;

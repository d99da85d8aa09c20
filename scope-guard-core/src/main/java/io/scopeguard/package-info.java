/** Decides whether a token may do what a request asks, and what the client should do about it. */
@NullMarked
package io.scopeguard;

import org.jspecify.annotations.NullMarked;

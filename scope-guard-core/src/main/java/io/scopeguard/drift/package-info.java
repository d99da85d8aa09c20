/** The difference between a token and live permissions. */
@NullMarked
package io.scopeguard.drift;

import org.jspecify.annotations.NullMarked;

/** A Logto tenant to play with, an API to ask, and a clock to move. */
@NullMarked
package io.scopeguard.spring.support;

import org.jspecify.annotations.NullMarked;

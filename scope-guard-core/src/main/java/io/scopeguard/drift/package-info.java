/** The difference between what a token says and what holds now. */
@NullMarked
package io.scopeguard.drift;

import org.jspecify.annotations.NullMarked;

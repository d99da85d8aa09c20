/** The pages for people: sign-in and consent. */
@NullMarked
package io.scopeguard.logtobox.interaction;

import org.jspecify.annotations.NullMarked;

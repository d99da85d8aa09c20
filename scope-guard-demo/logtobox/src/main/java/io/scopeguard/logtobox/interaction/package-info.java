/** What a person sees: the sign-in page and the consent page. */
@NullMarked
package io.scopeguard.logtobox.interaction;

import org.jspecify.annotations.NullMarked;

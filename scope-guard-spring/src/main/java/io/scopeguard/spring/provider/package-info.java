/** The identity providers of an application: their registration, their start-up checks, and a guard for each. */
@Internal
@NullMarked
package io.scopeguard.spring.provider;

import io.scopeguard.annotation.Internal;
import org.jspecify.annotations.NullMarked;

/** Sharing between the replicas of an application. */
@Internal
@NullMarked
package io.scopeguard.spring.sharing;

import io.scopeguard.annotation.Internal;
import org.jspecify.annotations.NullMarked;

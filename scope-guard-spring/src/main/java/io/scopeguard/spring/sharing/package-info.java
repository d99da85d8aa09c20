/** What the replicas of an application share, if anything. */
@Internal
@NullMarked
package io.scopeguard.spring.sharing;

import io.scopeguard.annotation.Internal;
import org.jspecify.annotations.NullMarked;

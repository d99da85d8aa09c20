/** Protected resource metadata (RFC 9728), served as a servlet. */
@Internal
@NullMarked
package io.scopeguard.spring.metadata;

import io.scopeguard.annotation.Internal;
import org.jspecify.annotations.NullMarked;

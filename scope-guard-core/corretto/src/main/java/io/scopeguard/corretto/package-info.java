/**
 * Amazon Corretto Crypto Provider for the supported platforms. An application that excludes this module verifies tokens with the
 * JDK's implementation.
 */
@Internal
@NullMarked
package io.scopeguard.corretto;

import io.scopeguard.annotation.Internal;
import org.jspecify.annotations.NullMarked;

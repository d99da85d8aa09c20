/**
 * Amazon Corretto Crypto Provider for the platforms that it is built for. An application that excludes this module verifies tokens
 * by the JDK.
 */
@Internal
@NullMarked
package io.scopeguard.corretto;

import io.scopeguard.annotation.Internal;
import org.jspecify.annotations.NullMarked;

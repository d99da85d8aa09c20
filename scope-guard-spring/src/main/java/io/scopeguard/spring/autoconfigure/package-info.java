/** Auto-configuration: properties, beans, start-up checks. */
@NullMarked
package io.scopeguard.spring.autoconfigure;

import org.jspecify.annotations.NullMarked;

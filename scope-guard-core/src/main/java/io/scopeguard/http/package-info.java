/** Exchanges with a provider, each bounded as a whole. */
@NullMarked
package io.scopeguard.http;

import org.jspecify.annotations.NullMarked;

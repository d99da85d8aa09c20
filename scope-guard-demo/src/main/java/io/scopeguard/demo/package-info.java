/** The demo: a guarded API and its identity provider. */
@NullMarked
package io.scopeguard.demo;

import org.jspecify.annotations.NullMarked;

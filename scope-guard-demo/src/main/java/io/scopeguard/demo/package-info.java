/** The demo: an API under guard, and where its identity provider comes from. */
@NullMarked
package io.scopeguard.demo;

import org.jspecify.annotations.NullMarked;

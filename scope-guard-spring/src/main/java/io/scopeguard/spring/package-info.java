/** Scopes on controllers, and in the rules of a security filter chain. */
@NullMarked
package io.scopeguard.spring;

import org.jspecify.annotations.NullMarked;

/** Scopes on controllers: the annotations. */
@NullMarked
package io.scopeguard.spring;

import org.jspecify.annotations.NullMarked;

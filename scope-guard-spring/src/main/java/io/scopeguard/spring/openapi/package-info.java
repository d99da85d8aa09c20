/** Describes the guard in the OpenAPI document that springdoc generates. */
@Internal
@NullMarked
package io.scopeguard.spring.openapi;

import io.scopeguard.annotation.Internal;
import org.jspecify.annotations.NullMarked;

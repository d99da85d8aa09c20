/** Describes the guard in the OpenAPI document that springdoc makes of an application. */
@Internal
@NullMarked
package io.scopeguard.spring.openapi;

import io.scopeguard.annotation.Internal;
import org.jspecify.annotations.NullMarked;

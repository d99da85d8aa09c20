/** Responses: hints on every response, and refusals. */
@NullMarked
package io.scopeguard.spring.response;

import org.jspecify.annotations.NullMarked;

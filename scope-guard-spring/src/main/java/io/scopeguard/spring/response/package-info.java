/** Responses: signals on every response, and problem responses. */
@NullMarked
package io.scopeguard.spring.response;

import org.jspecify.annotations.NullMarked;

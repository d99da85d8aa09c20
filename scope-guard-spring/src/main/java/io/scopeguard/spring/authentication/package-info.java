/** From the request's bearer token to Spring Security's authentication. */
@NullMarked
package io.scopeguard.spring.authentication;

import org.jspecify.annotations.NullMarked;

/** Parts of Spring Security filter chains. */
@NullMarked
package io.scopeguard.spring.security;

import org.jspecify.annotations.NullMarked;

/** Requirements of handlers, and the decision about each request. */
@NullMarked
package io.scopeguard.spring.authorization;

import org.jspecify.annotations.NullMarked;

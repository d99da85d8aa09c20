/** An application on an older Spring Boot. */
@NullMarked
package io.scopeguard.boot3;

import org.jspecify.annotations.NullMarked;

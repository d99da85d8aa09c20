/** The guard's notes about a request, and the headers that each response contains. */
@NullMarked
package io.scopeguard.spring.request;

import org.jspecify.annotations.NullMarked;

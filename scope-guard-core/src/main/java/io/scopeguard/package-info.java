/** The facade: decides whether a token permits a request, and advises the client. */
@NullMarked
package io.scopeguard;

import org.jspecify.annotations.NullMarked;

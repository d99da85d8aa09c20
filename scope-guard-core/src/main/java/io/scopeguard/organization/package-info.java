/** Which organization a request is about, held against the one a token is for. */
@NullMarked
package io.scopeguard.organization;

import org.jspecify.annotations.NullMarked;

/** The organization that a request is about, compared with the token's organization. */
@NullMarked
package io.scopeguard.organization;

import org.jspecify.annotations.NullMarked;

/** Roles by name, as requirements, tokens and clients know them. */
@NullMarked
package io.scopeguard.role;

import org.jspecify.annotations.NullMarked;

/** The vocabulary: scopes, the audience they hold for, and what an operation requires of them. */
@NullMarked
package io.scopeguard.scope;

import org.jspecify.annotations.NullMarked;

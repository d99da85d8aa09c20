/** The vocabulary of authorization: scopes, their audience, and the requirement of an operation. */
@NullMarked
package io.scopeguard.scope;

import org.jspecify.annotations.NullMarked;

package io.scopeguard.spring.authorization;

import io.scopeguard.annotation.Internal;

/**
 * The source of an operation's organization.
 *
 * @hidden
 */
@Internal
public enum Binding {
    /** From the request: its path, or a header. */
    REQUEST,
    /** From the token, where the path names none. */
    TOKEN,
    /** From the arguments of a method, by an expression. */
    EXPRESSION,
    /** No organization, regardless of the header. */
    NONE
}

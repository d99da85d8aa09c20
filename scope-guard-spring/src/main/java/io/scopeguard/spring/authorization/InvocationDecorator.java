package io.scopeguard.spring.authorization;

import io.scopeguard.annotation.Internal;

/**
 * Adds something to the way in which handlers are called, such as decisions about what a message calls.
 *
 * @hidden
 */
@Internal
@FunctionalInterface
public interface InvocationDecorator {

    /** An invocation that does its part and then calls another. */
    GrantedInvocation decorate(GrantedInvocation next);
}

package io.scopeguard.spring.authorization;

import io.scopeguard.annotation.Internal;

/**
 * Adds a step to the call of handlers, such as the decision about an operation that the body names.
 *
 * @hidden
 */
@Internal
@FunctionalInterface
public interface InvocationDecorator {

    /** An invocation that does its part and then calls another. */
    GrantedInvocation decorate(GrantedInvocation next);
}

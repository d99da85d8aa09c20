package io.scopeguard.spring.authorization;

import io.scopeguard.scope.ScopeRequirement;

/** What a handler says about who may use it. */
public sealed interface HandlerRule {

    /** Nothing: a valid token will do, or nobody may, as the application is set up. */
    record Unannotated() implements HandlerRule {}

    /** Nothing, and there is no place to say it: files. */
    record StaticContent() implements HandlerRule {}

    /** Anybody may, without a token. */
    record Open() implements HandlerRule {}

    /**
     * Whoever holds these scopes.
     *
     * @param binding where the organization comes from
     * @param organization the expression that names the organization; empty unless the binding is an expression
     */
    record Requires(ScopeRequirement requirement, Binding binding, String organization) implements HandlerRule {}
}

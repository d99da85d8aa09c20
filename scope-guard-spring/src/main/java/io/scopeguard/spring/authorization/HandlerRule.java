package io.scopeguard.spring.authorization;

import io.scopeguard.organization.RequestedOrganization;
import io.scopeguard.scope.ScopeRequirement;

/** What a handler says about who may use it. */
sealed interface HandlerRule {

    /** Nothing: a valid token will do, or nobody may, as the application is set up. */
    record Unannotated() implements HandlerRule {}

    /** Anybody may, without a token. */
    record Open() implements HandlerRule {}

    /**
     * Whoever holds these scopes.
     *
     * @param otherwise which organization it is about where the request names none
     */
    record Requires(ScopeRequirement requirement, RequestedOrganization otherwise) implements HandlerRule {}
}

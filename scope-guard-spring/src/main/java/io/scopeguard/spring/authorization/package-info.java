/**
 * Requirements of handlers, and the decision about each request.
 *
 * <pre>
 *  start-up   RequirementReader reads the annotations ──▶ HandlerRules: the HandlerRule of each handler
 *             DeclaredScopes and HandlerInventory collect them; HandlerCheck and GuardInstallation report gaps
 *
 *  request    filter chain: AuthenticatedOrPublicAuthorizationManager, or a rule of ScopeAuthorizationManagerFactory
 *                 │
 *             handler mapping ──▶ ScopeGuardInterceptor; GuardingHandlerAdapter calls it if the mapping did not
 *                 │                   HandlerRules ──▶ the requirement
 *                 │                   OrganizationResolver ──▶ the organization
 *                 │                   ScopeAuthorizer ──▶ ScopeGuard of the core ──▶ Decision
 *                 ▼
 *             the handler, or the problem response
 * </pre>
 *
 * <p>The filter chain compares with the handler that the request would reach then. The interceptor compares again with the handler
 * that it does reach; {@code OpenHandlersInterceptor} does that while the guard is switched off.
 *
 * <p>{@code OtherServletsFilter} decides about servlets without handlers, and {@link
 * io.scopeguard.spring.authorization.ScopeChecker} about checks in code and in expressions. All ways end in {@code
 * ScopeAuthorizer}.
 */
@NullMarked
package io.scopeguard.spring.authorization;

import org.jspecify.annotations.NullMarked;

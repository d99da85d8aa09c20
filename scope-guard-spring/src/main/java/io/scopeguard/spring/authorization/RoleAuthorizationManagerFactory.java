package io.scopeguard.spring.authorization;

import io.scopeguard.role.RoleKind;
import io.scopeguard.role.RoleRequirement;
import io.scopeguard.scope.ScopeRequirement;
import io.scopeguard.spring.authorization.HandlerRule.Requires;
import org.springframework.security.authorization.AuthorizationManager;
import org.springframework.security.web.access.intercept.RequestAuthorizationContext;

/**
 * The equivalent of {@code @RequiresRole} for the rules of a {@code SecurityFilterChain}:
 *
 * <pre>{@code
 * .requestMatchers("/organizations/{organizationId}/exports/**").access(roles.hasRole("paid-tier"))
 * }</pre>
 *
 * <p>Organization roles are those in the organization that the matcher's path variable (or the header) names. Thread-safe.
 *
 * @since 0.1
 */
public final class RoleAuthorizationManagerFactory {

    private final ScopeAuthorizationManagerFactory scopes;

    public RoleAuthorizationManagerFactory(ScopeAuthorizationManagerFactory scopes) {
        this.scopes = scopes;
    }

    /** Requires this global role. */
    public AuthorizationManager<RequestAuthorizationContext> hasRole(String role) {
        return hasAllRoles(role);
    }

    /** Requires all of these global roles. */
    public AuthorizationManager<RequestAuthorizationContext> hasAllRoles(String... roles) {
        return of(RoleRequirement.allOf(RoleKind.GLOBAL, roles));
    }

    /** Requires one of these global roles. */
    public AuthorizationManager<RequestAuthorizationContext> hasAnyRole(String... roles) {
        return of(RoleRequirement.anyOf(RoleKind.GLOBAL, roles));
    }

    /** These roles. */
    public AuthorizationManager<RequestAuthorizationContext> of(RoleRequirement requirement) {
        return scopes.manager(
                new Requires(null, requirement, OrganizationBinding.UNSPECIFIED, OrganizationBinding.UNSPECIFIED));
    }

    /** These roles and these scopes, in the organization that the request names. */
    public AuthorizationManager<RequestAuthorizationContext> of(
            RoleRequirement requirement, ScopeRequirement andScopes) {
        return scopes.manager(
                new Requires(andScopes, requirement, OrganizationBinding.UNSPECIFIED, OrganizationBinding.UNSPECIFIED));
    }
}

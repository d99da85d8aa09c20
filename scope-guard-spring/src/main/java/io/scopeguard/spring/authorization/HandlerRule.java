package io.scopeguard.spring.authorization;

import io.scopeguard.AccessRequest;
import io.scopeguard.annotation.Internal;
import io.scopeguard.organization.RequestedOrganization;
import io.scopeguard.role.RoleKind;
import io.scopeguard.role.RoleRequirement;
import io.scopeguard.scope.ScopeRequirement;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The declared rule of a handler.
 *
 * @hidden
 */
@Internal
public sealed interface HandlerRule {

    /** How old live permissions may be, or {@code null} if the rule does not say. */
    default @Nullable Duration maxAge() {
        return null;
    }

    /**
     * No declaration: the application's policy applies.
     *
     * @hidden
     */
    record Unannotated() implements HandlerRule {}

    /**
     * Any valid token is accepted, regardless of the application's policy.
     *
     * @hidden
     */
    record AnyToken() implements HandlerRule {}

    /**
     * Static content, which cannot be annotated.
     *
     * @hidden
     */
    record StaticContent() implements HandlerRule {}

    /**
     * No token is accepted, regardless of the application's policy, unless a filter chain of the application decides.
     *
     * @hidden
     */
    record Closed() implements HandlerRule {}

    /**
     * Open to everybody, without a token.
     *
     * @hidden
     */
    record Open() implements HandlerRule {}

    /**
     * Requires these scopes and these roles.
     *
     * @param requirement the scopes, or {@code null} if none are required
     * @param roles the roles, or {@code null} if none are required
     * @param ofScopes where the required scopes take the organization from
     * @param ofRoles where the required roles take the organization from
     * @hidden
     */
    record Requires(
            @Nullable ScopeRequirement requirement,
            @Nullable RoleRequirement roles,
            OrganizationBinding ofScopes,
            OrganizationBinding ofRoles)
            implements HandlerRule {

        /** This rule, completed by the attributes that only the class's annotation sets. */
        Requires within(Requires ofClass) {
            return new Requires(
                    requirement == null ? ofClass.requirement : requirement,
                    roles == null ? ofClass.roles : roles,
                    requirement == null ? ofClass.ofScopes : ofScopes,
                    roles == null ? ofClass.ofRoles : ofRoles);
        }

        private OrganizationBinding bound() {
            return ofScopes.isSpecified() ? ofScopes : ofRoles;
        }

        /** The smaller one, if both requirements have their own. */
        @Override
        public @Nullable Duration maxAge() {
            return new AccessRequest(RequestedOrganization.NONE, requirement, roles).maxAge();
        }

        /** Where the organization comes from. */
        public Binding binding() {
            return bound().binding();
        }

        /** The expression that names the organization; empty unless the binding is an expression. */
        public String organization() {
            return bound().organization();
        }

        /** The kind of the requirement, for messages: "scopes", or "roles" if only roles are required. */
        public String requirementKind() {
            return requirement == null ? "roles" : "scopes";
        }

        /** Whether scopes or roles of an organization are required. */
        public boolean needsOrganization() {
            return (requirement != null && requirement.audience().isOrganization())
                    || (roles != null && roles.kind() == RoleKind.ORGANIZATION);
        }

        /** Whether only global roles are required, so that nothing depends on the organization. */
        public boolean isGlobalRoleOnly() {
            return requirement == null && !needsOrganization();
        }
    }
}

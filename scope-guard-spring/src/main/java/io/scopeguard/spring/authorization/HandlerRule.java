package io.scopeguard.spring.authorization;

import io.scopeguard.annotation.Internal;
import io.scopeguard.role.RoleKind;
import io.scopeguard.role.RoleRequirement;
import io.scopeguard.scope.ScopeRequirement;
import org.jspecify.annotations.Nullable;

/**
 * The declared rule of a handler.
 *
 * @hidden
 */
@Internal
public sealed interface HandlerRule {

    /**
     * No declaration: the application's policy applies.
     *
     * @hidden
     */
    record Unannotated() implements HandlerRule {}

    /**
     * Any valid token may, however the application is set up.
     *
     * @hidden
     */
    record AnyToken() implements HandlerRule {}

    /**
     * Nothing, and there is no place to say it: files.
     *
     * @hidden
     */
    record StaticContent() implements HandlerRule {}

    /**
     * No token may, however the application is set up, unless a filter chain of the application decides about it.
     *
     * @hidden
     */
    record Closed() implements HandlerRule {}

    /**
     * Anybody may, without a token.
     *
     * @hidden
     */
    record Open() implements HandlerRule {}

    /**
     * Requires these scopes and these roles.
     *
     * @param requirement the scopes, or {@code null} if none are required
     * @param roles the roles, or {@code null} if none are required
     * @param ofScopes where the requirement of scopes takes the organization from
     * @param ofRoles likewise of roles
     * @hidden
     */
    record Requires(
            @Nullable ScopeRequirement requirement,
            @Nullable RoleRequirement roles,
            Bound ofScopes,
            Bound ofRoles) implements HandlerRule {

        /** This rule, completed by the attributes that only the class's annotation sets. */
        Requires within(Requires ofClass) {
            return new Requires(
                    requirement == null ? ofClass.requirement : requirement,
                    roles == null ? ofClass.roles : roles,
                    requirement == null ? ofClass.ofScopes : ofScopes,
                    roles == null ? ofClass.ofRoles : ofRoles);
        }

        private Bound bound() {
            return ofScopes.isSaid() ? ofScopes : ofRoles;
        }

        /** Where the organization comes from. */
        public Binding binding() {
            return bound().binding();
        }

        /** The expression that names the organization; empty unless the binding is an expression. */
        public String organization() {
            return bound().organization();
        }

        /** The requirement in words, for messages. */
        public String what() {
            return requirement == null ? "roles" : "scopes";
        }

        /** Whether scopes or roles of an organization are required. */
        public boolean needsOrganization() {
            return (requirement != null && requirement.audience().isOrganization())
                    || (roles != null && roles.kind() == RoleKind.ORGANIZATION);
        }

        /** Whether nothing depends on the organization: only global roles are required. */
        public boolean isGlobalRoleOnly() {
            return requirement == null && !needsOrganization();
        }
    }
}

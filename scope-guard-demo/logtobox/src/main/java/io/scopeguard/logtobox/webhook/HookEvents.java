package io.scopeguard.logtobox.webhook;

import java.util.List;
import java.util.Map;

/** The events, and the calls of the Management API that fire them. */
public final class HookEvents {

    /** All events that a hook may subscribe to, in Logto's order. */
    public static final List<String> ALL = List.of(
            "PostRegister",
            "PostSignIn",
            "PostSignInAdaptiveMfaTriggered",
            "PostResetPassword",
            "User.Created",
            "User.Deleted",
            "User.Data.Updated",
            "User.SuspensionStatus.Updated",
            "Role.Created",
            "Role.Deleted",
            "Role.Data.Updated",
            "Role.Scopes.Updated",
            "Scope.Created",
            "Scope.Deleted",
            "Scope.Data.Updated",
            "Organization.Created",
            "Organization.Deleted",
            "Organization.Data.Updated",
            "Organization.Membership.Updated",
            "OrganizationRole.Created",
            "OrganizationRole.Deleted",
            "OrganizationRole.Data.Updated",
            "OrganizationRole.Scopes.Updated",
            "OrganizationScope.Created",
            "OrganizationScope.Deleted",
            "OrganizationScope.Data.Updated",
            "Identifier.Lockout",
            "Message.RateLimited",
            "Grant.LimitExceeded");

    /**
     * Events that are fully determined by their call. The events of membership changes and deleted users contain more and are
     * published by their handlers. Logto has no events for other changes, such as the roles of members.
     */
    private static final Map<String, String> BY_CALL = Map.ofEntries(
            Map.entry("POST /users", "User.Created"),
            Map.entry("PATCH /users/:userId", "User.Data.Updated"),
            Map.entry("PATCH /users/:userId/custom-data", "User.Data.Updated"),
            Map.entry("PATCH /users/:userId/password", "User.Data.Updated"),
            Map.entry("PATCH /users/:userId/is-suspended", "User.SuspensionStatus.Updated"),
            Map.entry("POST /roles", "Role.Created"),
            Map.entry("DELETE /roles/:id", "Role.Deleted"),
            Map.entry("PATCH /roles/:id", "Role.Data.Updated"),
            Map.entry("POST /roles/:id/scopes", "Role.Scopes.Updated"),
            Map.entry("DELETE /roles/:id/scopes/:scopeId", "Role.Scopes.Updated"),
            Map.entry("POST /resources/:resourceId/scopes", "Scope.Created"),
            Map.entry("DELETE /resources/:resourceId/scopes/:scopeId", "Scope.Deleted"),
            Map.entry("PATCH /resources/:resourceId/scopes/:scopeId", "Scope.Data.Updated"),
            Map.entry("POST /organizations", "Organization.Created"),
            Map.entry("DELETE /organizations/:id", "Organization.Deleted"),
            Map.entry("PATCH /organizations/:id", "Organization.Data.Updated"),
            Map.entry("POST /organization-roles", "OrganizationRole.Created"),
            Map.entry("DELETE /organization-roles/:id", "OrganizationRole.Deleted"),
            Map.entry("PATCH /organization-roles/:id", "OrganizationRole.Data.Updated"),
            Map.entry("POST /organization-scopes", "OrganizationScope.Created"),
            Map.entry("DELETE /organization-scopes/:id", "OrganizationScope.Deleted"),
            Map.entry("PATCH /organization-scopes/:id", "OrganizationScope.Data.Updated"),
            Map.entry("PUT /organization-roles/:id/scopes", "OrganizationRole.Scopes.Updated"),
            Map.entry("POST /organization-roles/:id/scopes", "OrganizationRole.Scopes.Updated"),
            Map.entry("DELETE /organization-roles/:id/scopes/:organizationScopeId", "OrganizationRole.Scopes.Updated"));

    private HookEvents() {}

    public static java.util.Optional<String> of(String method, String matchedRoute) {
        return java.util.Optional.ofNullable(BY_CALL.get(method + " " + matchedRoute));
    }
}

package io.scopeguard.keycloak;

import java.util.Set;

/** The reads from Keycloak's Admin API. */
enum AdminRead {
    ORGANIZATIONS("organizations", Right.VIEW_ORGANIZATIONS),
    ORGANIZATION("organization", Right.VIEW_ORGANIZATIONS, "Organization not found."),
    ORGANIZATION_GROUPS("organization-groups", Right.VIEW_ORGANIZATIONS),
    GROUP_ROLES(
            "organization-group-roles",
            Right.VIEW_ORGANIZATIONS,
            "Group does not exist",
            "Group does not belong to the organization"),
    MEMBER("organization-member", Right.VIEW_USERS, "HTTP 404 Not Found"),
    MEMBER_GROUPS("organization-member-groups", Right.VIEW_USERS, "HTTP 404 Not Found"),
    MEMBER_ORGANIZATIONS("member-organizations", Right.VIEW_USERS),
    USERS("users", Right.VIEW_USERS),
    USER("user", Right.VIEW_USERS, "User not found"),
    USER_ROLES("user-roles", Right.VIEW_USERS, "User not found"),
    REALM_ROLES("realm-roles", Right.VIEW_REALM),
    REALM_ROLE("realm-role", Right.VIEW_REALM),
    CLIENTS("clients", Right.VIEW_CLIENTS),
    SERVICE_ACCOUNT("service-account", Right.VIEW_CLIENTS),
    CLIENT_ROLES("client-roles", Right.VIEW_CLIENTS),
    CLIENT_SCOPES("client-scopes", Right.VIEW_CLIENTS),
    EXAMPLE_TOKEN("example-token", Right.VIEW_CLIENTS),
    ADMIN_EVENTS("admin-events", Right.VIEW_EVENTS),
    EVENTS_CONFIG("events-config", Right.VIEW_EVENTS);

    private final String operation;
    private final Right right;

    @SuppressWarnings("ImmutableEnumChecker") // Set.of() is immutable.
    private final Set<String> absences;

    /**
     * @param absences the error messages by which Keycloak states absence. It returns other messages if the realm is gone, for
     *     example, and that must not look like the loss of a membership
     */
    AdminRead(String operation, Right right, String... absences) {
        this.operation = operation;
        this.right = right;
        this.absences = Set.of(absences);
    }

    /** The name of the call in metrics. */
    String operation() {
        return operation;
    }

    /** The role that the read needs. */
    Right right() {
        return right;
    }

    /** Whether an error states that the object does not exist. */
    boolean isAbsence(String error) {
        return absences.contains(error);
    }

    /** A role of the client {@code realm-management} that our service account needs. */
    enum Right {
        VIEW_ORGANIZATIONS("view-organizations"),
        VIEW_USERS("view-users"),
        VIEW_CLIENTS("view-clients"),
        VIEW_REALM("view-realm"),
        VIEW_EVENTS("view-events");

        private final String role;

        Right(String role) {
            this.role = role;
        }

        String role() {
            return role;
        }
    }
}

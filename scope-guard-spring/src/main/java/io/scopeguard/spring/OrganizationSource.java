package io.scopeguard.spring;

/**
 * The source of a guarded operation's organization.
 *
 * @since 0.1
 */
public enum OrganizationSource {
    /** From the path of the request, or from the header {@code scope-guard.organization.header}. */
    REQUEST,
    /** From the token, which must be for exactly one organization. Not allowed if the path names one. */
    TOKEN,
    /**
     * No organization: the operation is not about an organization, and a header for the organization is ignored. Only for scopes of
     * a resource and for global roles. Not allowed if the path names an organization.
     */
    NONE
}

package io.scopeguard.provider;

/** The kinds of access token a multi-tenant provider issues. Each has scopes of its own; none stands in for another. */
public enum TokenKind {
    /** Scopes of one organization, granted by the subject's roles in it. */
    ORGANIZATION,
    /** Scopes of an API resource, held inside one organization. */
    ORGANIZATION_RESOURCE,
    /** Scopes of an API resource, held without any organization. */
    RESOURCE
}

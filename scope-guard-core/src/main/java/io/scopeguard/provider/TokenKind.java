package io.scopeguard.provider;

/** The kinds of access token of a multi-tenant provider. Each has its own scopes; none replaces another. */
public enum TokenKind {
    /** Scopes of one organization, granted by the subject's roles in it. */
    ORGANIZATION,
    /** Scopes of an API resource, held inside one organization. */
    ORGANIZATION_RESOURCE,
    /** Scopes of an API resource, held without any organization. */
    RESOURCE
}

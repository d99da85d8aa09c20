package io.scopeguard;

/**
 * The reason for denying a request with a verified token.
 *
 * @since 0.1
 */
public enum Denial {
    /**
     * The token does not count in the request's organization: the token is for a different organization or for none, the request
     * names several organizations, or names none although scopes or roles of an organization are required, or the organization
     * belongs to another provider than the token.
     */
    ORGANIZATION_MISMATCH,
    /** The token's scopes have a different audience than the required ones. */
    WRONG_TOKEN_KIND,
    /** The subject is suspended, or the provider no longer knows it. */
    SUBJECT_INACTIVE,
    /** The subject is not a member of the organization, no longer or never, or the organization is inactive. */
    NOT_A_MEMBER,
    /** A scope is missing from the token, from the live permissions, or from both. */
    INSUFFICIENT_SCOPE,
    /** A role is missing from the live roles, or from a token that carries roles. */
    INSUFFICIENT_ROLE,
    /** The live permissions are unknown, and the policy does not let the token alone decide. */
    PERMISSIONS_UNAVAILABLE
}

package io.scopeguard;

/**
 * The reason for denying a request with a verified token.
 *
 * @since 0.1
 */
public enum Denial {
    /** The request is about a different organization than the token, or names several organizations. */
    ORGANIZATION_MISMATCH,
    /** The token's scopes have a different audience than the required ones. */
    WRONG_TOKEN_KIND,
    /** The subject is suspended, or the provider no longer knows it. */
    SUBJECT_INACTIVE,
    /** The subject is no longer a member of the organization. */
    NOT_A_MEMBER,
    /** A scope is missing from the token, from the live permissions, or from both. */
    INSUFFICIENT_SCOPE,
    /** A role is missing from the live roles, or from a token that carries roles. */
    INSUFFICIENT_ROLE,
    /** The live permissions are unknown, and the policy does not let the token alone decide. */
    PERMISSIONS_UNAVAILABLE
}

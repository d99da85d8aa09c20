package io.scopeguard;

/** The reason for which a request with a verified token is denied. */
public enum Denial {
    /** The request is about another organization than the token, or contradicts itself. */
    ORGANIZATION_MISMATCH,
    /** The token's scopes are of another kind than the required ones. */
    WRONG_TOKEN_KIND,
    /** The subject is suspended, or the provider does not know it any more. */
    SUBJECT_INACTIVE,
    /** The subject does not belong to the organization any more. */
    NOT_A_MEMBER,
    /** A scope is missing from the token, from the live permissions, or from both. */
    INSUFFICIENT_SCOPE,
    /** A role is missing from the live roles, or from a token that carries roles. */
    INSUFFICIENT_ROLE,
    /** The live permissions are unknown, and the token alone must not decide. */
    PERMISSIONS_UNAVAILABLE
}

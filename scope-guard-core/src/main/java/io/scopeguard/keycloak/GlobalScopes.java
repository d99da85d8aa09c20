package io.scopeguard.keycloak;

/** Where a token carries the scopes that its subject holds outside of organizations. */
public enum GlobalScopes {
    /**
     * In {@code resource_access}, as roles of the API's client. Each new token contains all roles that the client may see, so a
     * refresh always delivers a promotion.
     */
    ROLES,
    /**
     * In {@code scope}, by client scopes that are named like the roles and have them as scope mappings. A token contains those that
     * the sign-in asked for and the user held then, so only a new sign-in delivers more.
     */
    SCOPE
}

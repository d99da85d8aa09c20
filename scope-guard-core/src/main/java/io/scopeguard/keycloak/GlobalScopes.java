package io.scopeguard.keycloak;

/**
 * The claim with the scopes that the subject holds outside of organizations.
 *
 * @since 0.1
 */
public enum GlobalScopes {
    /**
     * In {@code resource_access}, as roles of the API's client. Each new token contains all roles that the client may see, so a
     * refresh always delivers a promotion.
     */
    ROLES,
    /**
     * In {@code scope}, by client scopes that are named like the roles and have them as scope mappings. A token contains the scopes
     * that the sign-in requested and the user held at that time, so only a new sign-in delivers more.
     */
    SCOPE
}

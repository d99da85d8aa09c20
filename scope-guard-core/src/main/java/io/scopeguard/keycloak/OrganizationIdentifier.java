package io.scopeguard.keycloak;

/**
 * The identifier of organizations in requests, decisions and responses. Both are stable: Keycloak does not allow an alias to be
 * changed. Only one of them is used, so that an organization never appears as two.
 *
 * @since 0.1
 */
public enum OrganizationIdentifier {
    /** The alias, which every token contains. */
    ALIAS,
    /** The id. Tokens contain it only if the organization mapper adds it. */
    ID
}

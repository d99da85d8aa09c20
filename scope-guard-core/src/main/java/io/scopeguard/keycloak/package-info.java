/**
 * Keycloak with organizations (26.7 and later) as the identity provider. A scope is a role of the API's client at Keycloak. In an
 * organization, a member has the roles of its groups there; outside of organizations, a user has its own roles. Start with {@link
 * io.scopeguard.keycloak.Keycloak}.
 */
@NullMarked
package io.scopeguard.keycloak;

import org.jspecify.annotations.NullMarked;

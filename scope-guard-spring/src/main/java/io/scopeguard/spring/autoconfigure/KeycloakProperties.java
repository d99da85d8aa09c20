package io.scopeguard.spring.autoconfigure;

import io.scopeguard.keycloak.GlobalScopes;
import io.scopeguard.keycloak.OrganizationIdentifier;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.convert.DurationUnit;

/**
 * The Keycloak realm. Active if any of these properties is set.
 *
 * @param issuer Issuer of the realm, exactly as in the iss claim: https://id.example.com/realms/example.
 * @param serverUrl Address at which this application calls Keycloak, such as one inside a cluster, e.g.
 *     http://keycloak.auth.svc:8080. Defaults to the address in the issuer.
 * @param clientId Id of a confidential client whose service account has the roles view-organizations, view-users, view-clients and
 *     view-events of the client realm-management.
 * @param clientSecret Secret of the confidential client.
 * @param apiClient Id of the client in Keycloak whose roles are the scopes of this API, if the API has one resource. Defaults to
 *     the resource itself.
 * @param apiClients Ids of the clients in Keycloak whose roles are the scopes of this API, by resource, if the API has several
 *     resources: api-clients[https://api.example.com]=reports-api.
 * @param organizationIdentifier How requests identify an organization: by its alias or by its id.
 * @param globalScopes Where tokens carry the scopes that a user holds outside of organizations: as client roles (roles) or in the
 *     scope claim (scope).
 * @param realmRoles Whether handlers can require realm roles in addition to the roles of the API's clients; needs the role
 *     view-realm of the client realm-management.
 * @param signInClients Ids of the clients that users sign in with; start-up checks that the tokens of these clients suit this API.
 * @param plainHttpHosts Names of hosts that may be called over plain HTTP, in addition to the loopback interface. Anyone who can
 *     read this traffic learns the client's secret, and anyone who can answer in place of the host can grant access to anybody.
 *     Start-up logs a warning.
 * @param adminEvents Whether to poll the realm's admin events for changes, once per max-age for all users together.
 * @param callsPerSecond Maximum number of calls per second to Keycloak by this process, or by all replicas together if they share.
 * @param timeout Time limit of each call to Keycloak, until the whole response has arrived; it also applies to fetching signing
 *     keys; from 100ms to 30s.
 * @since 0.1
 */
@ConfigurationProperties("scope-guard.keycloak")
public record KeycloakProperties(
        @Nullable String issuer,
        @Nullable String serverUrl,
        @Nullable String clientId,
        @Nullable String clientSecret,
        @Nullable String apiClient,
        @DefaultValue Map<String, String> apiClients,
        @DefaultValue("alias") OrganizationIdentifier organizationIdentifier,
        @DefaultValue("roles") GlobalScopes globalScopes,
        @DefaultValue("false") boolean realmRoles,
        @DefaultValue List<String> signInClients,
        @DefaultValue List<String> plainHttpHosts,
        @DefaultValue("true") boolean adminEvents,
        @DefaultValue("20") int callsPerSecond,

        @DefaultValue("3s") @DurationUnit(ChronoUnit.SECONDS)
        Duration timeout) {

    /** Without the secret. */
    @Override
    public String toString() {
        return "KeycloakProperties[issuer=" + issuer + ", clientId=" + clientId + "]";
    }
}

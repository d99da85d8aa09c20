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
 * @param serverUrl Where Keycloak is called, such as its address inside a cluster, e.g. http://keycloak.auth.svc:8080. Defaults to
 *     the address in the issuer.
 * @param clientId Id of a confidential client whose service account has the roles view-organizations, view-users, view-clients and
 *     view-events of realm-management.
 * @param clientSecret Secret of the confidential client.
 * @param apiClient The client whose roles are the scopes of this API, if it has one resource. Defaults to the resource itself.
 * @param apiClients Clients whose roles are the scopes of this API, by resource, if it has several resources:
 *     api-clients[https://api.example.com]=reports-api.
 * @param organizationIdentifier Identifier of organizations in requests: alias or id.
 * @param globalScopes Where tokens carry scopes that are held outside of organizations: roles or scope.
 * @param realmRoles Whether realm roles can be required, beside the roles of the API's clients; needs the role view-realm of
 *     realm-management.
 * @param signInClients Clients that users sign in with; start-up checks that their tokens suit this API.
 * @param plainHttpHosts Names of hosts that may be reached by plain http, besides the loopback interface. Anyone who can read the
 *     traffic reads the client's secret, and anyone who can respond in place of the host decides who gets access; start-up warns.
 * @param adminEvents Whether changes are noticed by polling the realm's admin events, once per max-age for all users.
 * @param callsPerSecond Maximum number of calls to Keycloak by this process, or by all replicas together if they share.
 * @param timeout Time limit of a whole call to Keycloak, including fetching its signing keys; from 100ms to 30s.
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

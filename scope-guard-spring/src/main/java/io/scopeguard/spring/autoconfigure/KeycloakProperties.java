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
 * @param issuer Issuer of the realm, exactly as its tokens contain it, e.g. https://id.example.com/realms/example.
 * @param serverUrl Where Keycloak is called, if not at the address in the issuer, e.g. http://keycloak.auth.svc:8080.
 * @param clientId Confidential client whose service account has the roles view-organizations, view-users, view-clients and
 *     view-events of realm-management.
 * @param clientSecret Secret of that client.
 * @param apiClient Client whose roles are the scopes of this API, if it has one resource. Defaults to the resource itself.
 * @param apiClients Clients whose roles are the scopes of this API, by resource, if it has several resources.
 * @param organizationIdentifier Identifier of organizations in requests: alias or id.
 * @param globalScopes Where tokens carry the scopes that are held outside of organizations: in roles, or in scope.
 * @param realmRoles Whether realm roles can be required, beside the roles of the API's clients. Needs the role view-realm of
 *     realm-management.
 * @param signInClients Clients that users sign in with. Start-up checks that their tokens suit this API.
 * @param plainHttpHosts Hosts that may be called by plain http in addition to the loopback interface, by name. Anybody on the
 *     network path can then read the client's secret, and forge answers that grant permissions.
 * @param adminEvents Whether changes are noticed by polling the realm's admin events, once per max-age for all users.
 * @param callsPerSecond Maximum number of calls to Keycloak per second by this process, or by all replicas together if they
 *     share.
 * @param timeout How long one call to Keycloak may take as a whole, its keys included. From 100ms to 30s.
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

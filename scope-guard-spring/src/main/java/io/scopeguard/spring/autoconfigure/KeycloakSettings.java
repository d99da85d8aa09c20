package io.scopeguard.spring.autoconfigure;

import io.scopeguard.keycloak.Keycloak;
import io.scopeguard.keycloak.KeycloakRealm;
import io.scopeguard.provider.CallBudget;
import io.scopeguard.scope.Audience;
import io.scopeguard.spring.InvalidSettingException;
import io.scopeguard.spring.sharing.Sharing;
import java.net.URI;
import java.util.Set;

/** The properties of Keycloak, turned into a connection. Each that is missing or wrong stops start-up, with the name of the property and the fix. */
final class KeycloakSettings {

    static final String PREFIX = "scope-guard.keycloak";
    static final String ISSUER = PREFIX + ".issuer";

    private static final String API_CLIENT = PREFIX + ".api-client";
    private static final String API_CLIENTS = PREFIX + ".api-clients";

    private final KeycloakProperties properties;

    KeycloakSettings(KeycloakProperties properties) {
        this.properties = properties;
    }

    /**
     * The connection.
     *
     * @param resources the API's own resources
     */
    Keycloak.Builder connection(Set<Audience> resources) {
        if (resources.isEmpty()) {
            throw new InvalidSettingException(
                    "scope-guard.resources",
                    "is not set",
                    "Set it to a name of this API such as https://api.example.com, and add it to the aud of tokens by an audience"
                            + " mapper at Keycloak.");
        }
        checkClients(resources);
        Keycloak.Builder connection = Keycloak.at(realm(), clientId(), clientSecret())
                .organizationIdentifier(properties.organizationIdentifier())
                .globalScopes(properties.globalScopes())
                .realmRoles(properties.realmRoles())
                .signInClients(properties.signInClients())
                .pollAdminEvents(properties.adminEvents())
                .timeout(SettingChecks.timeout(PREFIX + ".timeout", properties.timeout()));
        resources.forEach(resource -> connection.resource(resource, apiClient(resource)));
        return connection;
    }

    CallBudget budget(Sharing sharing) {
        return sharing.budget(
                "keycloak",
                SettingChecks.required(ISSUER, properties.issuer(), "https://id.example.com/realms/example"),
                SettingChecks.atLeast(PREFIX + ".calls-per-second", properties.callsPerSecond(), 1));
    }

    private KeycloakRealm realm() {
        String issuer = SettingChecks.required(ISSUER, properties.issuer(), "https://id.example.com/realms/example");
        Set<String> plainHttpHosts = SettingChecks.hosts(PREFIX + ".plain-http-hosts", properties.plainHttpHosts());
        String serverUrl = SettingChecks.notBlank(properties.serverUrl());
        URI server = SettingChecks.address(
                ISSUER,
                issuer,
                KeycloakRealm::serverOf,
                "Copy the iss claim of a token, or the issuer in the realm's OpenID configuration.");
        String fix = "Inside a network where nobody else can listen or answer, plain http is allowed to hosts that "
                + PREFIX + ".plain-http-hosts names.";
        return serverUrl == null
                ? SettingChecks.address(ISSUER, issuer, uri -> new KeycloakRealm(uri, server, plainHttpHosts), fix)
                : SettingChecks.address(
                        PREFIX + ".server-url",
                        serverUrl,
                        uri -> new KeycloakRealm(URI.create(issuer), uri, plainHttpHosts),
                        fix);
    }

    private String clientId() {
        return SettingChecks.required(
                PREFIX + ".client-id", properties.clientId(), "the ID of a confidential client with a service account");
    }

    private String clientSecret() {
        return SettingChecks.required(
                PREFIX + ".client-secret", properties.clientSecret(), "the secret of that client");
    }

    private void checkClients(Set<Audience> resources) {
        if (SettingChecks.notBlank(properties.apiClient()) != null && resources.size() > 1) {
            throw new InvalidSettingException(
                    API_CLIENT,
                    "is '" + properties.apiClient() + "', and there are several scope-guard.resources",
                    "Set " + API_CLIENTS + "[<resource>] for each resource.");
        }
        for (String resource : properties.apiClients().keySet()) {
            if (resources.stream().noneMatch(known -> known.value().equals(resource))) {
                throw new InvalidSettingException(
                        API_CLIENTS,
                        "names '" + resource + "', which is not one of scope-guard.resources",
                        "Use one of " + resources + ", in brackets: " + API_CLIENTS + "[https://api.example.com].");
            }
        }
    }

    /** A client may be called like the resource. */
    private String apiClient(Audience resource) {
        String single = SettingChecks.notBlank(properties.apiClient());
        return single != null ? single : properties.apiClients().getOrDefault(resource.value(), resource.value());
    }
}

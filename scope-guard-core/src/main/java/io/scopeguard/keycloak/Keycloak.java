package io.scopeguard.keycloak;

import io.scopeguard.provider.CallContext;
import io.scopeguard.provider.ChangeFeed;
import io.scopeguard.provider.PermissionChange;
import io.scopeguard.provider.PermissionSource;
import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.provider.SettingRefusedException;
import io.scopeguard.provider.TokenReader;
import io.scopeguard.provider.http.ClientCredentialsToken;
import io.scopeguard.provider.http.ConnectedProvider;
import io.scopeguard.provider.http.Connection;
import io.scopeguard.provider.http.ConnectionBuilder;
import io.scopeguard.scope.Audience;
import io.scopeguard.time.SteadyClock;
import java.net.URI;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Keycloak realm with organizations. Connects lazily. Thread-safe.
 *
 * <pre>{@code
 * Audience api = Audience.resource("https://api.example.com");
 * KeycloakRealm realm = new KeycloakRealm(URI.create("https://id.example.com/realms/example"));
 * Keycloak keycloak = Keycloak.at(realm, clientId, clientSecret).resource(api, "reports-api").build();
 * ScopeGuard guard = ScopeGuard.builder(keycloak).resources(List.of(api)).build();
 * }</pre>
 *
 * @since 0.1
 */
public final class Keycloak extends ConnectedProvider {

    /** The default limit on the calls of one process, in calls per second. Keycloak itself has no limit. */
    public static final int DEFAULT_CALLS_PER_SECOND = 20;

    private static final Logger log = LoggerFactory.getLogger(Keycloak.class);

    private final KeycloakRealm realm;
    private final Map<Audience, String> resources;
    private final OrganizationIdentifier identifier;
    private final GlobalScopes globalScopes;
    private final Connection connection;
    private final ClientCredentialsToken token;

    /** Reads admin events, whose failures concern the delay of changes only. */
    private final AdminApi events;

    private final SharedReads shared;
    private final Organizations organizations;
    private final List<ApiClient> clients;
    private final @Nullable RealmRoles realmRoles;
    private final PermissionSource permissions;
    private final KeycloakCheck check;
    private final boolean isPolled;

    private Keycloak(Builder builder, Connection connection) {
        super(connection);
        this.connection = connection;
        realm = builder.realm;
        resources = Map.copyOf(builder.resources);
        identifier = builder.identifier;
        globalScopes = builder.globalScopes;
        isPolled = builder.isPolled;
        SteadyClock clock = connection.steadyClock();
        token = AdminToken.of(connection.calls(), realm, builder.clientId, builder.clientSecret, clock);
        AdminApi api = new AdminApi(realm, connection.reads(token, realm.server()));
        events = new AdminApi(
                realm,
                connection.reads(
                        token,
                        "Admin events cannot be read from " + realm.server() + ", so changes are noticed by age only",
                        "Admin events can be read from " + realm.server() + " again"));
        shared = new SharedReads(clock);
        organizations = new Organizations(api, identifier, shared, clock);
        clients = builder.resources.entrySet().stream()
                .map(entry ->
                        new ApiClient(entry.getKey(), entry.getValue(), api, connection.catalogue(), shared, clock))
                .toList();
        realmRoles = builder.readsRealmRoles ? new RealmRoles(api) : null;
        permissions = new KeycloakPermissionSource(
                api,
                organizations,
                new KeycloakRoles(api, organizations, clients, realmRoles),
                clients,
                realmRoles,
                globalScopes);
        check = new KeycloakCheck(
                api,
                events,
                token,
                builder.clientId,
                clients,
                builder.signInClients,
                identifier,
                globalScopes,
                isPolled);
    }

    /**
     * Starts a connection to a realm.
     *
     * @param clientId of a confidential client whose service account has the roles {@code view-organizations}, {@code view-users},
     *     {@code view-clients} and {@code view-events} of {@code realm-management}
     * @param clientSecret its secret
     */
    public static Builder at(KeycloakRealm realm, String clientId, String clientSecret) {
        return new Builder(realm, clientId, clientSecret);
    }

    @Override
    public String description() {
        return "Keycloak at " + realm.issuer();
    }

    @Override
    public List<String> issuers() {
        return List.of(realm.issuer().toString());
    }

    @Override
    public URI jwkSetUri() {
        return realm.jwkSetUri();
    }

    public KeycloakRealm realm() {
        return realm;
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if no client is known for a resource
     */
    @Override
    public TokenReader tokenReader(Collection<Audience> resources) {
        Map<Audience, String> own = new LinkedHashMap<>();
        for (Audience resource : resources) {
            String client = this.resources.get(resource);
            if (client == null) {
                throw new IllegalArgumentException("no Keycloak client is known for " + resource);
            }
            own.put(resource, client);
        }
        return new KeycloakTokenReader(own, identifier, globalScopes, realmRoles != null);
    }

    @Override
    public PermissionSource permissions() {
        return permissions;
    }

    /**
     * Reports the changes that administrators make, by polling the realm's admin events. Polling begins when the feed is started.
     *
     * @param changes receives each change, on the polling thread
     */
    @Override
    public @Nullable ChangeFeed changeFeed(Consumer<PermissionChange> changes) {
        return isPolled
                ? new AdminEvents(
                        events,
                        organizations,
                        clients,
                        connection.catalogue(),
                        shared,
                        connection.steadyClock(),
                        changes)
                : null;
    }

    @Override
    public List<String> warnings() {
        return plainHttpWarning(realm.isPlainHttp());
    }

    /**
     * Reads the facts that are needed first, and logs a warning for each part of Keycloak's configuration that should be changed.
     *
     * @throws SettingRefusedException if a setting, a right of the service account or the realm's algorithm is wrong
     * @throws PermissionsUnavailableException if Keycloak does not answer
     */
    @Override
    public void check(Collection<Audience> audiences) {
        checkIssuer(token, issuer -> KeycloakRefusals.otherIssuer(realm.issuer(), issuer));
        check.require();
        if (realmRoles != null) {
            realmRoles.require(CallContext.FOREGROUND);
        }
        findings().forEach(finding -> log.warn("{}: {}", description(), finding));
    }

    /**
     * The parts of Keycloak's configuration that should be changed, with the fix: a missing mapper or audience, for example. Calls
     * Keycloak.
     *
     * @throws SettingRefusedException if a setting is wrong
     * @throws PermissionsUnavailableException if Keycloak does not answer
     */
    public List<String> findings() {
        return check.findings();
    }

    /** Collects the settings of a connection. Not thread-safe. */
    public static final class Builder extends ConnectionBuilder<Builder> {

        private final KeycloakRealm realm;
        private final String clientId;
        private final String clientSecret;
        private final Map<Audience, String> resources = new LinkedHashMap<>();
        private OrganizationIdentifier identifier = OrganizationIdentifier.ALIAS;
        private GlobalScopes globalScopes = GlobalScopes.ROLES;
        private List<String> signInClients = List.of();
        private boolean isPolled = true;
        private boolean readsRealmRoles;

        private Builder(KeycloakRealm realm, String clientId, String clientSecret) {
            super("Keycloak", DEFAULT_CALLS_PER_SECOND);
            this.realm = realm;
            this.clientId = clientId;
            this.clientSecret = clientSecret;
        }

        /**
         * Adds a resource of the API. At least one is needed.
         *
         * @param resource tokens for it contain its indicator, or the client's ID, in {@code aud}
         * @param client the client ID of the Keycloak client whose roles are the resource's scopes
         */
        public Builder resource(Audience resource, String client) {
            resources.put(resource, client);
            return this;
        }

        /** The identifier of organizations in requests. The alias by default. */
        public Builder organizationIdentifier(OrganizationIdentifier identifier) {
            this.identifier = identifier;
            return this;
        }

        /** The claim with the scopes that are held outside of organizations. Roles by default. */
        public Builder globalScopes(GlobalScopes globalScopes) {
            this.globalScopes = globalScopes;
            return this;
        }

        /**
         * Whether realm roles can be required, beside the roles of the API's clients. This needs the role {@code view-realm}, and
         * one more call for each user whose roles outside of organizations are read. False by default.
         */
        public Builder realmRoles(boolean read) {
            readsRealmRoles = read;
            return this;
        }

        /** The client IDs of clients that users sign in with, to be checked by {@link Keycloak#check}. None by default. */
        public Builder signInClients(Collection<String> clientIds) {
            signInClients = List.copyOf(clientIds);
            return this;
        }

        /** Whether changes are noticed by polling the realm's admin events. True by default. */
        public Builder pollAdminEvents(boolean poll) {
            isPolled = poll;
            return this;
        }

        @Override
        protected Builder self() {
            return this;
        }

        /**
         * Builds the connection. No request is sent yet.
         *
         * @throws IllegalArgumentException if no resource is given, or one of them is {@link Audience#ORGANIZATION}
         */
        public Keycloak build() {
            if (resources.isEmpty() || resources.keySet().stream().anyMatch(Audience::isOrganization)) {
                throw new IllegalArgumentException(
                        "Keycloak needs the API's resource and the client that has its roles");
            }
            return new Keycloak(this, connect());
        }
    }
}

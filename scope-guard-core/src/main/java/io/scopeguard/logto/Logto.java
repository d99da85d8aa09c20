package io.scopeguard.logto;

import io.scopeguard.provider.CallContext;
import io.scopeguard.provider.EventReceiver;
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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A Logto tenant. Connects lazily. Thread-safe.
 *
 * <pre>{@code
 * Logto logto = Logto.at(new LogtoTenant(URI.create("https://abc.logto.app")), appId, appSecret).build();
 * }</pre>
 *
 * @since 0.1
 */
public final class Logto extends ConnectedProvider {

    /** The default limit on the calls of one process, in calls per second. Logto Cloud allows 20 for all callers of a tenant. */
    public static final int DEFAULT_CALLS_PER_SECOND = 5;

    private final LogtoTenant tenant;
    private final String appId;
    private final List<String> issuers;
    private final List<String> signingKeys;
    private final Connection connection;
    private final ClientCredentialsToken token;
    private final LogtoRoles roles;
    private final PermissionSource permissions;

    private Logto(Builder builder, Connection connection) {
        super(connection);
        this.connection = connection;
        tenant = builder.tenant;
        appId = builder.appId;
        issuers = List.copyOf(builder.issuers);
        signingKeys = builder.signingKeys;
        SteadyClock clock = connection.steadyClock();
        token = ManagementToken.of(
                connection.calls(),
                tenant.tokenEndpoint(),
                appId,
                builder.appSecret,
                tenant.managementResource(builder.managementResource),
                clock);
        ManagementApi api = new ManagementApi(tenant, connection.reads(token, tenant.endpoint()));
        LogtoResources resources = new LogtoResources(api, connection.catalogue(), builder.resources, clock);
        roles = new LogtoRoles(api, resources, new LogtoScopes(api, connection.catalogue(), resources, clock), clock);
        permissions = new LogtoPermissionSource(api, roles);
    }

    /**
     * Starts a connection to a tenant.
     *
     * @param appId of a machine-to-machine application with Management API access
     * @param appSecret its secret
     */
    public static Builder at(LogtoTenant tenant, String appId, String appSecret) {
        return new Builder(tenant, appId, appSecret);
    }

    @Override
    public String description() {
        return "Logto at " + tenant.endpoint();
    }

    @Override
    public List<String> issuers() {
        return issuers;
    }

    /** Reads organization tokens and tokens for these resources. */
    @Override
    public TokenReader tokenReader(Collection<Audience> resources) {
        return new LogtoTokenReader(resources);
    }

    @Override
    public URI jwkSetUri() {
        return tenant.jwkSetUri();
    }

    public LogtoTenant tenant() {
        return tenant;
    }

    @Override
    public PermissionSource permissions() {
        return permissions;
    }

    /** Receives the tenant's webhooks, if their signing keys are configured. */
    @Override
    public @Nullable EventReceiver eventReceiver() {
        SteadyClock clock = connection.steadyClock();
        return signingKeys.isEmpty() ? null : new LogtoWebhook(signingKeys, connection.catalogue(), clock);
    }

    @Override
    public List<String> warnings() {
        return plainHttpWarning(tenant.isPlainHttp());
    }

    /**
     * Reads the facts that are needed first, to check the settings.
     *
     * @throws SettingRefusedException if Logto definitely refuses a setting
     * @throws PermissionsUnavailableException if Logto does not answer
     */
    @Override
    public void check(Collection<Audience> audiences) {
        try {
            checkIssuer(token, issuer -> LogtoRefusals.otherIssuer(tenant.endpoint(), issuer));
        } catch (SettingRefusedException e) {
            throw isOfPublicApplication(e) ? LogtoRefusals.publicApplication() : e;
        }
        roles.check(audiences, CallContext.FOREGROUND);
    }

    private boolean isOfPublicApplication(SettingRefusedException refused) {
        return refused.setting().equals("app-secret")
                && ManagementToken.isOfPublicApplication(connection.calls(), tenant.tokenEndpoint(), appId);
    }

    /** Collects the settings of a connection. Not thread-safe. */
    public static final class Builder extends ConnectionBuilder<Builder> {

        private final LogtoTenant tenant;
        private final String appId;
        private final String appSecret;
        private final Set<String> issuers = new LinkedHashSet<>();
        private @Nullable String managementResource;
        private @Nullable Set<Audience> resources;
        private List<String> signingKeys = List.of();

        private Builder(LogtoTenant tenant, String appId, String appSecret) {
            super("Logto", DEFAULT_CALLS_PER_SECOND);
            this.tenant = tenant;
            this.appId = appId;
            this.appSecret = appSecret;
            this.issuers.add(tenant.issuer());
        }

        /**
         * The signing keys of the tenant's webhooks that are delivered here; several while one replaces another.
         *
         * @throws IllegalArgumentException if a key is blank
         */
        public Builder webhookSigningKeys(Collection<String> keys) {
            if (keys.stream().anyMatch(String::isBlank)) {
                throw new IllegalArgumentException("a signing key must not be blank");
            }
            signingKeys = List.copyOf(keys);
            return this;
        }

        /** Accepts tokens of these issuers too: the tenant's custom domains. */
        public Builder furtherIssuers(Collection<String> further) {
            issuers.addAll(further);
            return this;
        }

        /** The resource indicator of the Management API. By default, it is derived from the endpoint. */
        public Builder managementResource(@Nullable String indicator) {
            managementResource = indicator;
            return this;
        }

        /** The API's own resources: scopes of other resources are ignored. All resources of the tenant by default. */
        public Builder resources(Collection<Audience> own) {
            resources = Set.copyOf(own);
            return this;
        }

        @Override
        protected Builder self() {
            return this;
        }

        public Logto build() {
            return new Logto(this, connect());
        }
    }
}

package io.scopeguard.auth0;

import io.scopeguard.provider.CallBudget;
import io.scopeguard.provider.CallContext;
import io.scopeguard.provider.EventReceiver;
import io.scopeguard.provider.PermissionSource;
import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.provider.ProviderTraits;
import io.scopeguard.provider.RefreshDelivery;
import io.scopeguard.provider.SettingRefusedException;
import io.scopeguard.provider.TokenKind;
import io.scopeguard.provider.TokenReader;
import io.scopeguard.provider.http.ClientCredentialsToken;
import io.scopeguard.provider.http.ConnectedProvider;
import io.scopeguard.provider.http.Connection;
import io.scopeguard.provider.http.ConnectionBuilder;
import io.scopeguard.scope.Audience;
import io.scopeguard.time.SteadyClock;
import java.net.URI;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * An Auth0 tenant with Organizations and RBAC. Connects lazily. Thread-safe.
 *
 * <pre>{@code
 * Auth0 auth0 = Auth0.at(Auth0Tenant.of("tenant.eu.auth0.com"), clientId, clientSecret)
 *         .resources(List.of(Audience.resource("https://api.example.com")))
 *         .build();
 * }</pre>
 *
 * @since 0.1
 */
public final class Auth0 extends ConnectedProvider {

    /**
     * The default limit on the calls of one process, in calls per second. It is the limit of a free tenant for all callers
     * together.
     */
    public static final int DEFAULT_CALLS_PER_SECOND = 2;

    /** The limit of each endpoint for members, in calls per minute of all callers together. */
    public static final int DEFAULT_MEMBER_CALLS_PER_MINUTE = 200;

    /** How long Auth0 may answer with the state before a change. */
    public static final Duration DEFAULT_DELAY = Duration.ofSeconds(10);

    static final String MEMBER_ROLES = "organization-member-roles";
    static final String MEMBERS = "organization-members";

    private static final int MEMBER_CALLS_AT_ONCE = 20;
    private static final int CONFIRMATION_CALLS = 3;
    private static final int MIN_SECRET = 16;
    private static final Duration MAX_DELAY = Duration.ofMinutes(1);

    private final Auth0Tenant tenant;
    private final List<String> issuers;
    private final TokenScopes tokenScopes;
    private final @Nullable String rolesClaim;
    private final List<String> eventSecrets;
    private final Connection connection;
    private final ClientCredentialsToken token;
    private final Auth0Apis apis;
    private final PermissionSource permissions;

    private Auth0(Builder builder, Connection connection) {
        super(connection);
        this.connection = connection;
        tenant = builder.tenant;
        issuers = List.copyOf(builder.issuers);
        tokenScopes = builder.tokenScopes;
        rolesClaim = builder.rolesClaim;
        eventSecrets = builder.eventSecrets;
        SteadyClock clock = connection.steadyClock();
        token = ManagementAccess.token(connection.calls(), tenant, builder.clientId, builder.clientSecret, clock);
        Auth0ManagementApi api = new Auth0ManagementApi(
                tenant,
                connection.reads(token, tenant.endpoint()),
                Map.of(MEMBER_ROLES, builder.memberBudget(), MEMBERS, builder.memberBudget()));
        apis = new Auth0Apis(api, connection.catalogue(), builder.resources, tokenScopes, clock);
        Auth0Roles roles = new Auth0Roles(api, builder.resources::contains);
        permissions = new Auth0PermissionSource(
                builder.traits(),
                new Auth0Users(api, roles, builder.hasGroupRoles),
                new Auth0Machines(api, apis),
                roles,
                apis,
                tokenScopes);
    }

    /**
     * Starts a connection to a tenant.
     *
     * @param clientId of a Machine to Machine application with access to the Management API
     * @param clientSecret its secret
     */
    public static Builder at(Auth0Tenant tenant, String clientId, String clientSecret) {
        return new Builder(tenant, clientId, clientSecret);
    }

    @Override
    public String description() {
        return "Auth0 at " + tenant.endpoint();
    }

    @Override
    public List<String> issuers() {
        return issuers;
    }

    @Override
    public URI jwkSetUri() {
        return tenant.jwkSetUri();
    }

    @Override
    public TokenReader tokenReader(Collection<Audience> resources) {
        return new Auth0TokenReader(issuers, resources, tokenScopes, rolesClaim);
    }

    public Auth0Tenant tenant() {
        return tenant;
    }

    @Override
    public PermissionSource permissions() {
        return permissions;
    }

    /** Receives the events of the tenant's event streams. Returns {@code null} without a secret to authenticate them. */
    @Override
    public @Nullable EventReceiver eventReceiver() {
        return eventSecrets.isEmpty() ? null : new Auth0EventStream(eventSecrets, connection.steadyClock());
    }

    /**
     * Reads the facts that are needed first, to check the settings: the issuer, the permissions of the application, the settings of
     * the own APIs, and the roles.
     *
     * @throws SettingRefusedException if a setting is wrong
     * @throws PermissionsUnavailableException if the tenant does not answer
     */
    @Override
    public void check(Collection<Audience> audiences) {
        checkIssuer(token, Auth0Refusals::otherIssuer);
        apis.check(CallContext.FOREGROUND);
        permissions.definitions(permissions.globalRoles(), CallContext.FOREGROUND);
    }

    /** Collects the settings of a connection. Not thread-safe. */
    public static final class Builder extends ConnectionBuilder<Builder> {

        private final Auth0Tenant tenant;
        private final String clientId;
        private final String clientSecret;
        private final Set<String> issuers = new LinkedHashSet<>();
        private Set<Audience> resources = Set.of();
        private TokenScopes tokenScopes = TokenScopes.SCOPE;
        private @Nullable String rolesClaim;
        private List<String> eventSecrets = List.of();
        private boolean hasGroupRoles;
        private boolean trustsYoungTokens;
        private Duration delay = DEFAULT_DELAY;
        private int memberCallsPerMinute = DEFAULT_MEMBER_CALLS_PER_MINUTE;

        private Builder(Auth0Tenant tenant, String clientId, String clientSecret) {
            super("Auth0", DEFAULT_CALLS_PER_SECOND);
            this.tenant = tenant;
            this.clientId = clientId;
            this.clientSecret = clientSecret;
            issuers.add(tenant.issuer());
        }

        /** Accepts tokens of these issuers too: the tenant's custom domains, each with a slash at the end. */
        public Builder furtherIssuers(Collection<String> further) {
            issuers.addAll(further);
            return this;
        }

        /** The API's own resources: the identifiers of its APIs at Auth0. Permissions of other APIs are ignored. */
        public Builder resources(Collection<Audience> own) {
            resources = Set.copyOf(own);
            return this;
        }

        /**
         * The claim that an Action of the tenant fills with the names of the user's roles ({@code event.authorization.roles}):
         * {@code https://api.example.com/roles}, for example. By default there is none, and the live roles alone decide.
         */
        public Builder rolesClaim(String claim) {
            rolesClaim = claim;
            return this;
        }

        /** The claim that contains the token's permissions. {@link TokenScopes#SCOPE} by default. */
        public Builder tokenScopes(TokenScopes source) {
            tokenScopes = source;
            return this;
        }

        /**
         * Receives event streams that send one of these secrets as a bearer token.
         *
         * @param secrets several while one replaces another; if empty, no events are received
         * @throws IllegalArgumentException if a secret has fewer than 16 characters
         */
        public Builder eventSecrets(Collection<String> secrets) {
            if (secrets.stream().anyMatch(secret -> secret.strip().length() < MIN_SECRET)) {
                throw new IllegalArgumentException(
                        "a secret of an event stream has at least " + MIN_SECRET + " characters");
            }
            eventSecrets = List.copyOf(secrets);
            return this;
        }

        /**
         * Whether roles are given to groups of organizations. Members are then read one by one, because Auth0's list of members
         * contains only roles that were given to them directly.
         */
        public Builder groupRoles(boolean areUsed) {
            hasGroupRoles = areUsed;
            return this;
        }

        /**
         * Whether a young token decides until live permissions have been read. Enable this only if no Action changes the scopes of
         * tokens: then Auth0 computes the scopes from the roles when it issues a token.
         */
        public Builder youngTokens(boolean areTrusted) {
            trustsYoungTokens = areTrusted;
            return this;
        }

        /**
         * How long after a change Auth0 may still answer with the old state. Every bound on ages grows by this.
         *
         * @throws IllegalArgumentException if it is negative, or more than a minute
         */
        public Builder delay(Duration longest) {
            if (longest.isNegative() || longest.compareTo(MAX_DELAY) > 0) {
                throw new IllegalArgumentException("delay must be from 0s to 60s, but is " + longest);
            }
            delay = longest;
            return this;
        }

        /**
         * The maximum number of calls per minute to each of the endpoints that list members and their roles.
         *
         * @throws IllegalArgumentException if it is less than one
         */
        public Builder memberCallsPerMinute(int limit) {
            if (limit < 1) {
                throw new IllegalArgumentException("memberCallsPerMinute must be at least 1, but is " + limit);
            }
            memberCallsPerMinute = limit;
            return this;
        }

        @Override
        protected Builder self() {
            return this;
        }

        private CallBudget memberBudget() {
            return CallBudget.perMinute(memberCallsPerMinute, Math.min(MEMBER_CALLS_AT_ONCE, memberCallsPerMinute));
        }

        private ProviderTraits traits() {
            Set<TokenKind> kinds = Set.of(TokenKind.ORGANIZATION_RESOURCE, TokenKind.RESOURCE);
            RefreshDelivery delivery =
                    tokenScopes == TokenScopes.PERMISSIONS ? RefreshDelivery.ALWAYS : RefreshDelivery.IF_REQUESTED;
            return new ProviderTraits(
                    Auth0ManagementApi.PAGE_SIZE,
                    !hasGroupRoles,
                    false,
                    CONFIRMATION_CALLS,
                    trustsYoungTokens ? kinds : Set.of(),
                    Set.of(TokenKind.RESOURCE),
                    Set.of(),
                    kinds.stream().collect(Collectors.toMap(kind -> kind, kind -> delivery)),
                    delay);
        }

        public Auth0 build() {
            return new Auth0(this, connect());
        }
    }
}

package io.scopeguard.auth0;

import io.scopeguard.provider.CallBudget;
import io.scopeguard.provider.CallContext;
import io.scopeguard.provider.CallListener;
import io.scopeguard.provider.Circuit;
import io.scopeguard.provider.EventReceiver;
import io.scopeguard.provider.IdentityProvider;
import io.scopeguard.provider.PermissionChange;
import io.scopeguard.provider.PermissionSource;
import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.provider.ProviderClock;
import io.scopeguard.provider.ProviderTraits;
import io.scopeguard.provider.RefreshDelivery;
import io.scopeguard.provider.ScopeCatalogue;
import io.scopeguard.provider.SettingRefusedException;
import io.scopeguard.provider.TokenKind;
import io.scopeguard.provider.TokenReader;
import io.scopeguard.provider.http.ClientCredentialsToken;
import io.scopeguard.provider.http.HttpCalls;
import io.scopeguard.provider.http.OutageLog;
import io.scopeguard.scope.Audience;
import io.scopeguard.time.SteadyClock;
import java.net.URI;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * An Auth0 tenant with Organizations and RBAC. Nothing is asked of it before it is needed. Thread-safe.
 *
 * <pre>{@code
 * Auth0 auth0 = Auth0.at(Auth0Tenant.of("tenant.eu.auth0.com"), clientId, clientSecret)
 *         .resources(List.of(Audience.resource("https://api.example.com")))
 *         .build();
 * }</pre>
 */
public final class Auth0 implements IdentityProvider {

    /** How many calls a second one process makes at most by default: what a free tenant allows all callers together. */
    public static final int DEFAULT_CALLS_PER_SECOND = 2;

    /** How many calls a minute each of the endpoints for members allows all callers together. */
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
    private final Duration timeout;
    private final TokenScopes tokenScopes;
    private final List<String> eventSecrets;
    private final ProviderClock providerClock;
    private final ScopeCatalogue catalogue;
    private final HttpCalls calls;
    private final ClientCredentialsToken token;
    private final Auth0Apis apis;
    private final PermissionSource permissions;

    private Auth0(Builder builder) {
        tenant = builder.tenant;
        issuers = List.copyOf(builder.issuers);
        timeout = builder.timeout;
        tokenScopes = builder.tokenScopes;
        eventSecrets = builder.eventSecrets;
        SteadyClock clock = builder.steadyClock();
        providerClock = new ProviderClock(clock);
        catalogue = new ScopeCatalogue(providerClock);
        calls = new HttpCalls("Auth0", builder.budget, timeout, builder.listener, clock, providerClock);
        token = ManagementAccess.token(calls, tenant, builder.clientId, builder.clientSecret, clock);
        Auth0ManagementApi api = new Auth0ManagementApi(
                tenant,
                token,
                calls,
                new OutageLog(tenant.endpoint(), clock),
                Map.of(MEMBER_ROLES, builder.memberBudget(), MEMBERS, builder.memberBudget()));
        apis = new Auth0Apis(api, catalogue, builder.resources, tokenScopes, clock);
        Auth0Roles roles = new Auth0Roles(api, builder.resources::contains);
        permissions = new Auth0PermissionSource(
                builder.traits(),
                new Auth0Users(api, roles, builder.hasGroupRoles),
                new Auth0Machines(api, builder.resources::contains),
                roles,
                apis);
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
    public String name() {
        return "auth0";
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
        return new Auth0TokenReader(issuers, resources, tokenScopes);
    }

    public Auth0Tenant tenant() {
        return tenant;
    }

    @Override
    public PermissionSource permissions() {
        return permissions;
    }

    @Override
    public ScopeCatalogue catalogue() {
        return catalogue;
    }

    /** Receives the events of the tenant's event streams, if there is a secret to know them by. */
    @Override
    public @Nullable EventReceiver eventReceiver(Consumer<PermissionChange> changes) {
        return eventSecrets.isEmpty()
                ? null
                : new Auth0EventStream(
                        eventSecrets, changes, providerClock.steady().wallClock());
    }

    @Override
    public ProviderClock clock() {
        return providerClock;
    }

    @Override
    public Duration timeout() {
        return timeout;
    }

    @Override
    public Circuit circuit() {
        return calls.circuit();
    }

    /**
     * Reads what is needed first, to find out whether the settings are right: the issuer, the permissions of the application, the
     * settings of the own APIs, and the roles.
     *
     * @throws SettingRefusedException if a setting is wrong
     * @throws PermissionsUnavailableException if the tenant does not answer
     */
    @Override
    public void check(Collection<Audience> audiences) {
        token.issuer(CallContext.FOREGROUND)
                .filter(issuer -> !issuers.contains(issuer))
                .ifPresent(issuer -> {
                    throw Auth0Refusals.otherIssuer(issuer);
                });
        apis.check(CallContext.FOREGROUND);
        permissions.definitions(permissions.globalRoles(), CallContext.FOREGROUND);
    }

    /** Collects the settings of a connection. Not thread-safe. */
    public static final class Builder {

        private final Auth0Tenant tenant;
        private final String clientId;
        private final String clientSecret;
        private final Set<String> issuers = new LinkedHashSet<>();
        private Set<Audience> resources = Set.of();
        private TokenScopes tokenScopes = TokenScopes.SCOPE;
        private List<String> eventSecrets = List.of();
        private boolean hasGroupRoles;
        private boolean trustsYoungTokens;
        private Duration delay = DEFAULT_DELAY;
        private int memberCallsPerMinute = DEFAULT_MEMBER_CALLS_PER_MINUTE;
        private Duration timeout = DEFAULT_TIMEOUT;
        private CallBudget budget = CallBudget.perSecond(DEFAULT_CALLS_PER_SECOND);
        private CallListener listener = CallListener.none();
        private @Nullable SteadyClock steadyClock;

        private Builder(Auth0Tenant tenant, String clientId, String clientSecret) {
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

        /** Which claim contains what a token permits. {@link TokenScopes#SCOPE} by default. */
        public Builder tokenScopes(TokenScopes source) {
            tokenScopes = source;
            return this;
        }

        /**
         * Receives event streams that send one of these secrets as a bearer token.
         *
         * @param secrets several while one replaces another; without any, no events are received
         * @throws IllegalArgumentException if one has less than 16 characters
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
         * Whether a young token decides until live permissions were read. Right only if no Action changes the scopes of tokens:
         * then Auth0 computes them from the roles when it issues the token.
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
                throw new IllegalArgumentException("delay is from 0 s to 60 s, not " + longest);
            }
            delay = longest;
            return this;
        }

        /**
         * How many calls a minute this makes at most to each of the endpoints that list members and their roles.
         *
         * @throws IllegalArgumentException if it is less than one
         */
        public Builder memberCallsPerMinute(int limit) {
            if (limit < 1) {
                throw new IllegalArgumentException("memberCallsPerMinute is one or more, not " + limit);
            }
            memberCallsPerMinute = limit;
            return this;
        }

        /** The limit on all calls. */
        public Builder budget(CallBudget calls) {
            budget = calls;
            return this;
        }

        /** How long one exchange with the tenant may take as a whole. */
        public Builder timeout(Duration whole) {
            timeout = whole;
            return this;
        }

        /** Receives all calls. */
        public Builder listener(CallListener calls) {
            listener = calls;
            return this;
        }

        /** The clock that measures ages and pauses; the system's by default. */
        public Builder steadyClock(SteadyClock clock) {
            steadyClock = clock;
            return this;
        }

        private SteadyClock steadyClock() {
            return steadyClock == null ? SteadyClock.system() : steadyClock;
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
            return new Auth0(this);
        }
    }
}

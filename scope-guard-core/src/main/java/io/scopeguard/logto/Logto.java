package io.scopeguard.logto;

import com.github.benmanes.caffeine.cache.Ticker;
import io.scopeguard.provider.CallBudget;
import io.scopeguard.provider.CallContext;
import io.scopeguard.provider.CallListener;
import io.scopeguard.provider.Circuit;
import io.scopeguard.provider.IdentityProvider;
import io.scopeguard.provider.PermissionChange;
import io.scopeguard.provider.PermissionSource;
import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.provider.ProviderClock;
import io.scopeguard.provider.ScopeCatalogue;
import io.scopeguard.provider.SettingRefusedException;
import io.scopeguard.provider.TokenReader;
import io.scopeguard.provider.http.ClientCredentialsToken;
import io.scopeguard.provider.http.HttpCalls;
import io.scopeguard.provider.http.OutageLog;
import io.scopeguard.scope.Audience;
import io.scopeguard.time.SteadyClock;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A Logto tenant. Nothing is asked of it before it is needed. Thread-safe.
 *
 * <pre>{@code
 * Logto logto = Logto.at(new LogtoTenant(URI.create("https://abc.logto.app")), appId, appSecret).build();
 * }</pre>
 */
public final class Logto implements IdentityProvider {

    /** How many calls a second one process makes at most by default. Logto Cloud allows 20 for all callers of a tenant. */
    public static final int DEFAULT_CALLS_PER_SECOND = 5;

    private final String name;
    private final LogtoTenant tenant;
    private final List<String> issuers;
    private final Duration timeout;
    private final List<String> signingKeys;
    private final Clock clock;
    private final SteadyClock steadyClock;
    private final ProviderClock providerClock;
    private final ScopeCatalogue catalogue;
    private final HttpCalls calls;
    private final ClientCredentialsToken token;
    private final LogtoRoles roles;
    private final PermissionSource permissions;

    private Logto(Builder builder) {
        name = builder.name;
        tenant = builder.tenant;
        issuers = List.copyOf(builder.issuers);
        timeout = builder.timeout;
        signingKeys = builder.signingKeys;
        clock = builder.clock;
        steadyClock = builder.steadyClock();
        providerClock = new ProviderClock(steadyClock);
        catalogue = new ScopeCatalogue(providerClock);
        calls = new HttpCalls("Logto", builder.budget, timeout, builder.listener, steadyClock, providerClock);
        token = ManagementToken.of(
                calls,
                tenant.tokenEndpoint(),
                builder.appId,
                builder.appSecret,
                tenant.managementResource(builder.managementResource),
                steadyClock);
        ManagementApi api = new ManagementApi(tenant, token, calls, new OutageLog(tenant.endpoint(), steadyClock));
        LogtoResources resources = new LogtoResources(api, catalogue, builder.resources, steadyClock);
        roles = new LogtoRoles(api, resources, new LogtoScopes(api, catalogue, resources, steadyClock), steadyClock);
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
    public String name() {
        return name;
    }

    @Override
    public String description() {
        return "Logto at " + tenant.endpoint();
    }

    @Override
    public List<String> issuers() {
        return issuers;
    }

    /** Reads organization tokens, and those for these resources. */
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

    /** Receives the tenant's webhooks, if their signing keys are known. */
    @Override
    public @Nullable LogtoWebhook eventReceiver(Consumer<PermissionChange> changes) {
        return signingKeys.isEmpty() ? null : new LogtoWebhook(signingKeys, changes, catalogue, clock, steadyClock);
    }

    /** A tenant that is reached by plain http. */
    @Override
    public List<String> warnings() {
        return tenant.isPlainHttp()
                ? List.of(
                        "it is reached by plain http: whoever can listen on the way reads the application's secret, and whoever"
                                + " can answer in its place decides who gets in")
                : List.of();
    }

    @Override
    public ScopeCatalogue catalogue() {
        return catalogue;
    }

    /**
     * Asks for what will be needed first, to find out whether the settings are right.
     *
     * @throws SettingRefusedException if Logto refuses them definitely
     * @throws PermissionsUnavailableException if it merely does not answer
     */
    @Override
    public void check(Collection<Audience> audiences) {
        checkIssuer();
        roles.check(audiences, CallContext.FOREGROUND);
    }

    /** Logto behind a second name works, and every token is then refused: its own name is told by our own token. */
    private void checkIssuer() {
        token.issuer(CallContext.FOREGROUND)
                .filter(issuer -> !issuers.contains(issuer))
                .ifPresent(issuer -> {
                    throw LogtoRefusals.otherIssuer(tenant.endpoint(), issuer);
                });
    }

    /** Collects the settings of a connection. Not thread-safe. */
    public static final class Builder {

        private final LogtoTenant tenant;
        private final String appId;
        private final String appSecret;
        private final Set<String> issuers = new LinkedHashSet<>();
        private @Nullable String managementResource;
        private @Nullable Set<Audience> resources;
        private CallBudget budget = CallBudget.perSecond(DEFAULT_CALLS_PER_SECOND);
        private Duration timeout = IdentityProvider.DEFAULT_TIMEOUT;
        private CallListener listener = CallListener.none();
        private Clock clock = Clock.systemUTC();
        private @Nullable SteadyClock steadyClock;

        private String name = "logto";
        private List<String> signingKeys = List.of();

        private Builder(LogtoTenant tenant, String appId, String appSecret) {
            this.tenant = tenant;
            this.appId = appId;
            this.appSecret = appSecret;
            this.issuers.add(tenant.issuer());
        }

        /**
         * The signing keys of the tenant's webhooks that are delivered here; several while one is replaced by another.
         *
         * @throws IllegalArgumentException if one is blank
         */
        public Builder webhookSigningKeys(Collection<String> keys) {
            if (keys.stream().anyMatch(String::isBlank)) {
                throw new IllegalArgumentException("a blank key would let anybody sign");
            }
            signingKeys = List.copyOf(keys);
            return this;
        }

        /** Names the tenant among several; {@code logto} by default. */
        public Builder name(String name) {
            this.name = name;
            return this;
        }

        /** Accepts tokens of these issuers too: the tenant's custom domains. */
        public Builder furtherIssuers(Collection<String> further) {
            issuers.addAll(further);
            return this;
        }

        /** The resource indicator of the Management API, where it is not the one that follows from the endpoint. */
        public Builder managementResource(@Nullable String indicator) {
            managementResource = indicator;
            return this;
        }

        /**
         * How many calls a second this makes at most.
         *
         * @throws IllegalArgumentException if it is less than one
         */
        public Builder callsPerSecond(int limit) {
            return budget(CallBudget.perSecond(limit));
        }

        /** The limit on calls, where it is one that others share. */
        public Builder budget(CallBudget budget) {
            this.budget = budget;
            return this;
        }

        /**
         * How long one call to Logto may take as a whole, from the connection to the last byte; 3 seconds by default.
         *
         * @throws IllegalArgumentException if it is not positive
         */
        public Builder timeout(Duration timeout) {
            if (timeout.isZero() || timeout.isNegative()) {
                throw new IllegalArgumentException("timeout is positive, not " + timeout);
            }
            this.timeout = timeout;
            return this;
        }

        /** The API's own resources: what roles mean for others is not looked at. Without this, for all of the tenant. */
        public Builder resources(Collection<Audience> own) {
            resources = Set.copyOf(own);
            return this;
        }

        public Builder listener(CallListener listener) {
            this.listener = listener;
            return this;
        }

        public Builder clock(Clock clock) {
            this.clock = clock;
            return this;
        }

        /** The clock that measures ages and pauses; by default one on the wall clock and the system's ticker. */
        public Builder steadyClock(SteadyClock steadyClock) {
            this.steadyClock = steadyClock;
            return this;
        }

        private SteadyClock steadyClock() {
            return steadyClock == null ? new SteadyClock(clock, Ticker.systemTicker()) : steadyClock;
        }

        public Logto build() {
            return new Logto(this);
        }
    }
}

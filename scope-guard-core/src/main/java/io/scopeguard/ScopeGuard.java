package io.scopeguard;

import io.scopeguard.annotation.Internal;
import io.scopeguard.organization.OrganizationProviders;
import io.scopeguard.permission.fact.FactHistory;
import io.scopeguard.provider.IdentityProvider;
import io.scopeguard.provider.InvalidTokenException;
import io.scopeguard.provider.PermissionChange;
import io.scopeguard.remedy.RecordedAsk;
import io.scopeguard.token.AccessToken;
import io.scopeguard.token.AccessTokenVerifier;
import io.scopeguard.token.KeysUnavailableException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Verifies access tokens, decides about requests with live permissions, and advises clients about drift. Thread-safe.
 *
 * <pre>{@code
 * ScopeGuard guard = ScopeGuard.builder(logto).build();
 * AccessToken token = guard.verify(bearerToken);
 * Decision decision = guard.authorize(token, new AccessRequest(organization, requirement));
 * }</pre>
 *
 * <p>{@link #join} combines the guards of several providers.
 *
 * <p>{@code io.scopeguard.signal.Responses} turns a decision into an HTTP response. Close the guard to stop its threads.
 *
 * @since 0.1
 */
public final class ScopeGuard implements AutoCloseable {

    private final List<ProviderGuard> guards;
    private final Map<String, ProviderGuard> byIssuer;
    private final @Nullable OrganizationProviders organizations;

    ScopeGuard(ProviderGuard guard) {
        this(List.of(guard), null);
    }

    private ScopeGuard(List<ProviderGuard> guards, @Nullable OrganizationProviders organizations) {
        this.guards = List.copyOf(guards);
        this.byIssuer = byIssuer(guards);
        this.organizations = organizations;
    }

    private static Map<String, ProviderGuard> byIssuer(List<ProviderGuard> guards) {
        Map<String, ProviderGuard> byIssuer = new HashMap<>();
        Set<String> names = new HashSet<>();
        for (ProviderGuard guard : guards) {
            if (!names.add(guard.name())) {
                throw new IllegalArgumentException("two providers are named " + guard.name());
            }
            for (String issuer : guard.issuers()) {
                if (byIssuer.putIfAbsent(issuer, guard) != null) {
                    throw new IllegalArgumentException("two providers accept the issuer " + issuer);
                }
            }
        }
        return Map.copyOf(byIssuer);
    }

    /** Starts a guard for the access tokens of one provider. All times are measured with the provider's clock. */
    public static ScopeGuardBuilder builder(IdentityProvider provider) {
        return new ScopeGuardBuilder(provider);
    }

    /**
     * Joins the guards of several providers, or of several tenants of one. A token's issuer decides which of them judges it. The
     * guards share nothing: each has its own keys, live permissions, call budget and clock.
     *
     * @param organizations assigns each organization to a provider; tokens of other providers have no access there
     * @return a guard which, if it is closed, closes these guards
     * @throws IllegalArgumentException if two providers have the same name or the same issuer
     */
    public static ScopeGuard join(Collection<ScopeGuard> guards, OrganizationProviders organizations) {
        return new ScopeGuard(
                guards.stream().flatMap(guard -> guard.guards.stream()).toList(), organizations);
    }

    /** The accepted {@code iss} values, the principal one of each provider before its others. */
    public List<String> issuers() {
        return guards.stream().flatMap(guard -> guard.issuers().stream()).toList();
    }

    /**
     * Begins to fetch the signing keys of all providers, and does not wait for them. Otherwise the first token waits. If a fetch
     * fails, the first token tries again.
     */
    public void prefetchKeys() {
        guards.forEach(ProviderGuard::prefetchKeys);
    }

    /**
     * Verifies a compact access token.
     *
     * @throws InvalidTokenException if the token is malformed, expired, forged or not for this API
     * @throws KeysUnavailableException if the provider's signing keys are needed and cannot be fetched
     */
    public AccessToken verify(String token) {
        return verifierOf(token).verify(token);
    }

    /**
     * The guard of the token's issuer. Verified tokens are found without parsing. If no provider has the issuer, any guard rejects
     * the token.
     */
    private ProviderGuard verifierOf(String token) {
        ProviderGuard first = guards.get(0);
        if (guards.size() == 1) {
            return first;
        }
        for (ProviderGuard guard : guards) {
            if (guard.knows(token)) {
                return guard;
            }
        }
        String issuer = AccessTokenVerifier.unverifiedIssuer(token);
        return issuer == null ? first : byIssuer.getOrDefault(issuer, first);
    }

    /**
     * Decides about one request. If the known facts are not fresh enough, this waits for a read on the guard's threads, for at most
     * the settings' {@code maxWait}. Otherwise, it does not block.
     */
    public Decision authorize(AccessToken token, AccessRequest request) {
        return guardOf(token).authorize(token, request, organizations, true);
    }

    /**
     * Watches a granted access that lasts, such as an event stream. The access ends within the bounds that also apply to the denial
     * of a new request: when the loss of a required scope, role or membership is established, or the token expires. For example:
     *
     * <pre>{@code
     * Decision decision = guard.authorize(token, request);
     * Watch watch = guard.watch(decision, end -> stream.close());
     * stream.onClose(watch::close);
     * }</pre>
     *
     * <p>Nothing is polled: after each read of a fact, the watches that depend on it are checked. Facts of open watches stay in
     * use, so they are read again by age. Unknown permissions end no access.
     *
     * @param granted the decision that the access was opened with
     * @param listener closes the stream
     * @throws IllegalArgumentException if the decision is a denial
     * @throws TooManyWatchesException if the maximum number of watches is open
     */
    public Watch watch(Decision granted, WatchListener listener) {
        if (!granted.isGranted()) {
            throw new IllegalArgumentException("only a granted access can be watched");
        }
        return guardOf(granted.token()).watch(granted, listener, organizations);
    }

    /**
     * The name of the provider whose tokens count in an organization, or {@code null} if no provider's tokens do.
     *
     * @param organization {@code null} for outside of organizations
     * @hidden
     */
    @Internal
    public @Nullable String providerOf(@Nullable String organization) {
        if (organizations == null) {
            return guards.get(0).name();
        }
        return organization == null ? organizations.globalProvider() : organizations.providerOf(organization);
    }

    /** The number of open watches. */
    public int openWatches() {
        return guards.stream().mapToInt(guard -> guard.watches().open()).sum();
    }

    private ProviderGuard guardOf(AccessToken token) {
        if (guards.size() == 1) {
            return guards.get(0);
        }
        ProviderGuard guard = byIssuer.get(token.issuer());
        if (guard == null) {
            throw new IllegalArgumentException("the token was verified by another guard");
        }
        return guard;
    }

    /**
     * Compares a token with the live permissions of its subject, without a request to authorize and without a client that receives
     * the advice: nothing counts as asked. For example, to log drift:
     *
     * <pre>{@code
     * Decision decision = guard.inspect(guard.verify(bearerToken));
     * decision.drift().demoted();    // carried, but revoked
     * decision.drift().promoted();   // granted, but not carried
     * decision.drift().introduced(); // likewise, new at the provider
     * decision.advice().remedy();    // NONE, REFRESH or RECONSENT
     * decision.denial();             // SUBJECT_INACTIVE, NOT_A_MEMBER, or null
     * }</pre>
     *
     * <p>Without live permissions there is neither drift nor advice, and {@link Decision#live} is {@code null}: the provider is
     * unavailable, or the token is so young that its scopes were just computed by the provider.
     */
    public Decision inspect(AccessToken token) {
        return inspect(token, AccessRequest.withoutRequirement(token));
    }

    /**
     * Decides like {@link #authorize}, for a purpose of which the client learns nothing: the advice does not count as asked, so the
     * client's next response gives it.
     */
    public Decision inspect(AccessToken token, AccessRequest request) {
        return guardOf(token).inspect(token, request, organizations);
    }

    /**
     * Applies a change that the provider reported, such as a webhook delivery. If guards are joined, the change applies to the
     * facts of every provider.
     */
    public void apply(PermissionChange change) {
        guards.forEach(guard -> guard.apply(change));
    }

    /**
     * Records a remedy that another process asked a client for.
     *
     * @hidden
     */
    @Internal
    public void learn(RecordedAsk ask) {
        guards.forEach(guard -> guard.learn(ask));
    }

    /**
     * Forgets which remedies clients were asked for. For tests, which must be independent of each other.
     *
     * @hidden
     */
    @Internal
    public void forgetAsks() {
        guards.forEach(ProviderGuard::forgetAsks);
    }

    /**
     * The histories of all known facts, by name. Each is made when it is reached.
     *
     * @hidden
     */
    @Internal
    public Stream<Map.Entry<String, FactHistory>> histories() {
        return guards.stream().map(guard -> guard.permissions().histories()).reduce(Stream.empty(), Stream::concat);
    }

    /**
     * The remedies that this process asked clients for.
     *
     * @hidden
     */
    @Internal
    public Stream<RecordedAsk> asks() {
        return guards.stream().map(guard -> guard.advisor().asks()).reduce(Stream.empty(), Stream::concat);
    }

    /**
     * Reacts to a possible loss of the records that processes share. Subjects without one count as forgotten, not as never seen.
     *
     * @hidden
     */
    @Internal
    public void memoryLost() {
        guards.forEach(ProviderGuard::memoryLost);
    }

    /** Stops the background reads of permissions and signing keys. Parts that were passed to the builder stay open. */
    @Override
    public void close() {
        guards.forEach(ProviderGuard::close);
    }
}

package io.scopeguard;

import io.scopeguard.drift.Clients;
import io.scopeguard.drift.DriftDetector;
import io.scopeguard.drift.ScopeDrift;
import io.scopeguard.drift.WatchedScopes;
import io.scopeguard.organization.RequestedOrganization;
import io.scopeguard.permission.CacheSettings;
import io.scopeguard.permission.Freshness;
import io.scopeguard.permission.LivePermissions;
import io.scopeguard.permission.PermissionCache;
import io.scopeguard.permission.PermissionKey;
import io.scopeguard.provider.IdentityProvider;
import io.scopeguard.provider.InvalidTokenException;
import io.scopeguard.provider.PermissionChange;
import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.provider.ProviderClock;
import io.scopeguard.remedy.Advice;
import io.scopeguard.remedy.DriftFinding;
import io.scopeguard.remedy.RemedyAdvisor;
import io.scopeguard.remedy.RemedyListener;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import io.scopeguard.time.SteadyClock;
import io.scopeguard.token.AccessToken;
import io.scopeguard.token.AccessTokenVerifier;
import io.scopeguard.token.KeysUnavailableException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Verifies access tokens, decides what they may do now, and advises their clients about drift. Thread-safe.
 *
 * <pre>{@code
 * ScopeGuard guard = ScopeGuard.builder(logto).build();
 * AccessToken token = guard.verify(bearerToken);
 * Decision decision = guard.authorize(token, new AccessRequest(organization, requirement));
 * }</pre>
 *
 * <p>{@code io.scopeguard.signal.Responses} turns a decision into an HTTP response. Close the guard to stop its threads.
 */
public final class ScopeGuard implements AutoCloseable {

    private final AccessTokenVerifier verifier;
    private final ScopeGuardSettings settings;
    private final PermissionCache permissions;
    private final DriftDetector detector;
    private final RemedyAdvisor advisor;
    private final RereadPolicy rereads;
    private final ProviderClock provider;
    private final SteadyClock clock;
    private final Runnable closing;

    /**
     * @param provider compares tokens' times with ours
     * @param delay how long after a change the provider may still answer with the old state
     * @param closing closes the parts that belong to this guard
     */
    ScopeGuard(
            AccessTokenVerifier verifier,
            ScopeGuardSettings settings,
            PermissionCache permissions,
            DriftDetector detector,
            RemedyAdvisor advisor,
            ProviderClock provider,
            Duration delay,
            Runnable closing) {
        this.verifier = verifier;
        this.settings = settings;
        this.permissions = permissions;
        this.detector = detector;
        this.advisor = advisor;
        this.rereads = new RereadPolicy(provider, delay);
        this.provider = provider;
        this.clock = provider.steady();
        this.closing = closing;
    }

    /** Starts a guard for the access tokens of one provider. All times are measured with the provider's clock. */
    public static Builder builder(IdentityProvider provider) {
        return new Builder(provider);
    }

    /**
     * Verifies a compact access token.
     *
     * @throws InvalidTokenException if the token is malformed, expired, forged or not for this API
     * @throws KeysUnavailableException if the provider's signing keys are needed and cannot be fetched
     */
    public AccessToken verify(String token) {
        return verifier.verify(token);
    }

    /**
     * Compares a token with the live permissions of its subject, without a request to authorize. For example, to log drift or
     * to push it to a client:
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
     * <p>Without live permissions there is neither drift nor advice, and {@link Decision#live} is {@code null}: the provider
     * is unavailable, or the token is so young that the provider has just computed its scopes.
     */
    public Decision inspect(AccessToken token) {
        RequestedOrganization organization =
                token.organization() == null ? RequestedOrganization.NONE : RequestedOrganization.OF_TOKEN;
        return authorize(token, new AccessRequest(organization, null));
    }

    /** Applies a change that the provider reported, such as a webhook delivery. */
    public void apply(PermissionChange change) {
        permissions.apply(change);
    }

    /** Stops the background reads of permissions and signing keys. Parts that were passed to the builder stay open. */
    @Override
    public void close() {
        closing.run();
    }

    /** Decides about one request. The provider is asked only if what is known is not fresh enough. */
    public Decision authorize(AccessToken token, AccessRequest request) {
        AccessToken view = request.viewOf(token);
        if (view == null) {
            return Decision.misplaced(named(token), request, Denial.ORGANIZATION_MISMATCH);
        }
        if (!request.takes(view)) {
            return Decision.misplaced(view, request, Denial.WRONG_TOKEN_KIND);
        }
        if (request.lacksOrganization()) {
            return Decision.misplaced(view, request, Denial.ORGANIZATION_MISMATCH);
        }
        return judge(view, request);
    }

    /** The view that says which organization the token is for, if it is for exactly one. */
    private static AccessToken named(AccessToken token) {
        AccessToken only = RequestedOrganization.OF_TOKEN.viewOf(token);
        return only == null ? token : only;
    }

    private Decision judge(AccessToken token, AccessRequest request) {
        long now = clock.nanos();
        PermissionKey key = PermissionKey.of(token);
        Freshness freshness = settings.freshness(request.requirement(), now);
        if (isReading(token, request, key, now)) {
            permissions.refresh(key, freshness);
            return Verdict.byToken(token).decision(token, request, null, ScopeDrift.none());
        }
        Decision decision = decide(key, token, request, live(key, token, freshness));
        if (isTooEarly(decision, now)) {
            return reconsidered(key, decision, null);
        }
        Long reread = reread(decision, now);
        if (reread != null) {
            decision = reconsidered(key, decision, live(key, token, freshness.notBefore(reread)));
        }
        return isContradicted(decision) ? contradicted(key, decision, now) : decision;
    }

    /**
     * Whether the token itself is a reading: it is so young that the provider has just computed its scopes from live roles, and
     * nothing newer is known.
     */
    private boolean isReading(AccessToken token, AccessRequest request, PermissionKey key, long now) {
        Duration maxAge = settings.maxAge(request.requirement());
        if (maxAge.isZero() || !permissions.youngTokens().contains(token.kind()) || !isMetBy(token, request)) {
            return false;
        }
        Duration age = provider.greatestAge(token.issuedAt());
        return age != null && age.compareTo(maxAge) <= 0 && !permissions.knowsNewer(key, now - age.toNanos());
    }

    private static boolean isMetBy(AccessToken token, AccessRequest request) {
        return request.requirement() == null || request.requirement().isMetBy(token.scopes());
    }

    /** A grant stands even if a new read for the hint beside it fails. */
    private Decision reconsidered(PermissionKey key, Decision first, @Nullable LivePermissions newer) {
        return newer == null && first.isGranted()
                ? first.withoutDrift()
                : decide(key, first.token(), first.request(), newer);
    }

    private @Nullable LivePermissions live(PermissionKey key, AccessToken token, Freshness freshness) {
        try {
            return permissions.get(key, freshness, token.scopes());
        } catch (PermissionsUnavailableException e) {
            return null;
        }
    }

    private Decision decide(
            PermissionKey key, AccessToken token, AccessRequest request, @Nullable LivePermissions live) {
        if (live == null) {
            return withoutLive(key, token, request).decision(token, request, null, ScopeDrift.none());
        }
        // In observe mode, not even a denial names what the live permissions contain.
        Verdict verdict = settings.mode() == Mode.OBSERVE
                ? Verdict.withoutLive(settings, token.scopes(), request)
                : Verdict.byLive(settings, token, request, live);
        return verdict.decision(token, request, live, detector.detect(token, live, verdict.grantable()));
    }

    private Verdict withoutLive(PermissionKey key, AccessToken token, AccessRequest request) {
        LivePermissions seen = permissions.lastSeen(key, token.scopes());
        if (seen != null && rereads.isSettled(token, seen, clock.nanos())) {
            return Verdict.byLastSeen(settings, token, request, seen);
        }
        Scopes leaked =
                settings.mode() == Mode.ENFORCE ? permissions.possiblyLeaked(key, token.scopes()) : Scopes.none();
        if (leaked.isEmpty()) {
            return Verdict.withoutLive(settings, token.scopes(), request);
        }
        return Verdict.withPossiblyLeaked(
                settings, token, request, token.scopes().minus(leaked));
    }

    /** Before a token is contradicted: when the read has to begin if what was read could be older than the token. */
    private @Nullable Long reread(Decision decision, long now) {
        LivePermissions live = decision.live();
        return live != null && isContradicted(decision) ? rereads.due(decision.token(), live, now) : null;
    }

    private boolean isTooEarly(Decision decision, long now) {
        LivePermissions live = decision.live();
        return live != null && isContradicted(decision) && rereads.isTooEarly(decision.token(), live, now);
    }

    private static boolean isContradicted(Decision decision) {
        return decision.denial() != null || !decision.drift().isEmpty();
    }

    private Decision contradicted(PermissionKey key, Decision decision, long now) {
        if (decision.live() != null && !decision.drift().demoted().isEmpty()) {
            permissions.keepLoss(key);
        }
        return decision.with(advice(decision, now));
    }

    private Advice advice(Decision decision, long now) {
        LivePermissions live = decision.live();
        if (settings.mode() == Mode.OBSERVE || live == null) {
            return Advice.none();
        }
        DriftFinding finding = new DriftFinding(decision.token(), live.history(), decision.drift());
        if (decision.denial() == null) {
            // A hint can wait for a read that is newer than the token.
            return rereads.isSettled(decision.token(), live, now) ? advisor.onGranted(finding) : Advice.none();
        }
        return switch (decision.denial()) {
            case NOT_A_MEMBER -> advisor.onExpelled(finding);
            case INSUFFICIENT_SCOPE -> advisor.onRefused(finding.missingOnly(decision.grantable()));
            default -> Advice.none();
        };
    }

    /** Collects the settings of a guard. Not thread-safe. */
    public static final class Builder {

        private final IdentityProvider provider;
        private Collection<Audience> resources = List.of();
        private ScopeGuardSettings settings = ScopeGuardSettings.DEFAULT;
        private Clients clients = Clients.watching(WatchedScopes.all());
        private RemedyListener listener = RemedyListener.none();
        private @Nullable CacheSettings cache;
        private @Nullable AccessTokenVerifier verifier;
        private @Nullable PermissionCache permissions;

        private Builder(IdentityProvider provider) {
            this.provider = provider;
        }

        /** The API's own resources, whose tokens are accepted beside organization tokens. None by default. */
        public Builder resources(Collection<Audience> own) {
            resources = List.copyOf(own);
            return this;
        }

        /** How requests are decided. {@link ScopeGuardSettings#DEFAULT} by default. */
        public Builder settings(ScopeGuardSettings settings) {
            this.settings = settings;
            return this;
        }

        /** How live permissions are cached. {@link CacheSettings#DEFAULT} with the ages of the settings by default. */
        public Builder cache(CacheSettings cache) {
            this.cache = cache;
            return this;
        }

        /** How single clients are treated. By default, each client is told of every missing scope. */
        public Builder clients(Clients clients) {
            this.clients = clients;
            return this;
        }

        /** Receives the remedies that clients are asked for. */
        public Builder listener(RemedyListener listener) {
            this.listener = listener;
            return this;
        }

        /** Uses this verifier, and ignores {@link #resources}. The caller closes it. */
        public Builder verifier(AccessTokenVerifier verifier) {
            this.verifier = verifier;
            return this;
        }

        /** Uses this cache, and ignores {@link #cache}. It must use the provider's clock. The caller closes it. */
        public Builder permissions(PermissionCache permissions) {
            this.permissions = permissions;
            return this;
        }

        /** Wires the guard. No request is sent to the provider yet. */
        public ScopeGuard build() {
            AccessTokenVerifier tokens = verifier == null ? newVerifier() : verifier;
            PermissionCache live = permissions == null ? newPermissions() : permissions;
            boolean ownsTokens = verifier == null;
            boolean ownsLive = permissions == null;
            return new ScopeGuard(
                    tokens,
                    settings,
                    live,
                    new DriftDetector(clients, provider.catalogue()),
                    newAdvisor(),
                    provider.clock(),
                    provider.permissions().traits().delay(),
                    () -> {
                        if (ownsLive) {
                            live.close();
                        }
                        if (ownsTokens) {
                            tokens.close();
                        }
                    });
        }

        private AccessTokenVerifier newVerifier() {
            return AccessTokenVerifier.builder(provider, resources).build();
        }

        private PermissionCache newPermissions() {
            CacheSettings usual = CacheSettings.DEFAULT;
            return new PermissionCache(
                    provider.permissions(),
                    provider.clock().steady(),
                    cache != null
                            ? cache
                            : new CacheSettings(
                                    settings.maxAge(),
                                    settings.maxStale(),
                                    usual.maxWait(),
                                    usual.maxEntries(),
                                    usual.idle()));
        }

        private RemedyAdvisor newAdvisor() {
            return new RemedyAdvisor(
                    clients,
                    provider.clock(),
                    provider.permissions().traits()::refreshDelivery,
                    settings.maxAge(),
                    listener);
        }
    }
}

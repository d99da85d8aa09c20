package io.scopeguard;

import io.scopeguard.drift.DriftDetector;
import io.scopeguard.drift.RoleDrift;
import io.scopeguard.drift.RoleDriftDetector;
import io.scopeguard.drift.ScopeComparison;
import io.scopeguard.drift.ScopeDrift;
import io.scopeguard.organization.OrganizationProviders;
import io.scopeguard.organization.RequestedOrganization;
import io.scopeguard.permission.Freshness;
import io.scopeguard.permission.LivePermissions;
import io.scopeguard.permission.PermissionCache;
import io.scopeguard.permission.PermissionKey;
import io.scopeguard.provider.PermissionChange;
import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.provider.ProviderClock;
import io.scopeguard.remedy.DriftFinding;
import io.scopeguard.remedy.RecordedAsk;
import io.scopeguard.remedy.RemedyAdvice;
import io.scopeguard.remedy.RemedyAdvisor;
import io.scopeguard.role.RoleRequirement;
import io.scopeguard.role.Roles;
import io.scopeguard.scope.Scopes;
import io.scopeguard.time.SteadyClock;
import io.scopeguard.token.AccessToken;
import io.scopeguard.token.AccessTokenVerifier;
import io.scopeguard.token.TokenValue;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Judges the access tokens of one provider, by keys, live permissions, catalogue and clock that belong to this provider alone.
 * Thread-safe.
 */
final class ProviderGuard {

    private final String name;
    private final AccessTokenVerifier verifier;
    private final ScopeGuardSettings settings;
    private final PermissionCache permissions;
    private final DriftDetector detector;
    private final RemedyAdvisor advisor;
    private final RereadPolicy rereads;
    private final RoleRules roles;
    private final ProviderClock provider;
    private final SteadyClock clock;
    private final Watches watches;
    private final Runnable closing;

    private final TokenValue<KnownToken> known = new TokenValue<>();

    /**
     * @param name of the provider
     * @param provider compares tokens' times with ours
     * @param delay how long after a change the provider may still answer with the old state
     * @param watchedRoles roles whose absence is reported to clients
     * @param maxWatches how many watches may be open at once
     * @param closing closes the parts that belong to this guard
     */
    ProviderGuard(
            String name,
            AccessTokenVerifier verifier,
            ScopeGuardSettings settings,
            PermissionCache permissions,
            DriftDetector detector,
            RemedyAdvisor advisor,
            ProviderClock provider,
            Duration delay,
            Supplier<Roles> watchedRoles,
            int maxWatches,
            Runnable closing) {
        this.name = name;
        this.verifier = verifier;
        this.settings = settings;
        this.permissions = permissions;
        this.detector = detector;
        this.advisor = advisor;
        this.rereads = new RereadPolicy(provider, delay);
        this.roles = new RoleRules(settings, watchedRoles);
        this.provider = provider;
        this.clock = provider.steady();
        this.closing = closing;
        WatchJudge judge = new WatchJudge(settings, watchedRoles, permissions, rereads, clock);
        this.watches = new Watches(judge, verifier, clock, maxWatches, settings.maxAge());
        permissions.listen(watches);
    }

    String name() {
        return name;
    }

    List<String> issuers() {
        return verifier.issuers();
    }

    /** Whether the token was verified by this provider's keys before. */
    boolean knows(String token) {
        return verifier.knows(token);
    }

    AccessToken verify(String token) {
        return verifier.verify(token);
    }

    void apply(PermissionChange change) {
        permissions.apply(change);
    }

    Watches watches() {
        return watches;
    }

    Watch watch(Decision granted, WatchListener listener, @Nullable OrganizationProviders organizations) {
        return watches.open(granted, (token, request) -> authorize(token, request, organizations), listener);
    }

    void learn(RecordedAsk ask) {
        advisor.learn(ask);
    }

    void forgetAsks() {
        advisor.forgetAsks();
    }

    void restoreShared() {
        permissions.restoreShared();
        advisor.restoreShared();
    }

    void memoryLost() {
        permissions.memoryLost();
    }

    void close() {
        watches.close();
        closing.run();
    }

    /**
     * Decides about one request. Calls the provider only if the known facts are not fresh enough.
     *
     * @param organizations says which provider an organization belongs to; {@code null} if all belong to this one
     */
    Decision authorize(AccessToken token, AccessRequest request, @Nullable OrganizationProviders organizations) {
        AccessToken view = request.viewOf(token);
        if (view == null) {
            return Decision.misplaced(named(token), request, Denial.ORGANIZATION_MISMATCH);
        }
        if (organizations != null && !isOwn(view, request, organizations)) {
            return Decision.misplaced(view, request, Denial.ORGANIZATION_MISMATCH);
        }
        if (!request.takes(view)) {
            return Decision.misplaced(view, request, Denial.WRONG_TOKEN_KIND);
        }
        if (request.lacksOrganization()) {
            return Decision.misplaced(view, request, Denial.ORGANIZATION_MISMATCH);
        }
        return judge(view, request);
    }

    /** Whether a token of this provider can permit anything there. */
    private boolean isOwn(AccessToken view, AccessRequest request, OrganizationProviders organizations) {
        String organization = view.organization();
        if (organization != null) {
            return name.equals(organizations.providerOf(organization));
        }
        boolean needsNothing = request.requirement() == null && request.roles() == null;
        return needsNothing || name.equals(organizations.globalProvider());
    }

    /** The view that says which organization the token is for, if it is for exactly one. */
    private static AccessToken named(AccessToken token) {
        AccessToken only = RequestedOrganization.OF_TOKEN.viewOf(token);
        return only == null ? token : only;
    }

    private Decision judge(AccessToken token, AccessRequest request) {
        long now = clock.nanos();
        KnownToken earlier = known(token);
        PermissionKey key = earlier.key().with(roles.interest(token, request));
        Freshness freshness = settings.freshness(request, now);
        if (isReading(token, request, key, now)) {
            if (!request.isForGateway()) {
                permissions.refresh(key, freshness);
            }
            return Verdict.byToken(token).decision(token, request, null, ScopeDrift.none());
        }
        Decision decision = decide(key, earlier, token, request, live(key, earlier, token, freshness));
        return isContradicted(decision) ? contradicted(key, earlier, decision, freshness) : decision;
    }

    private KnownToken known(AccessToken token) {
        KnownToken before = known.get(token);
        return before == null ? known.set(token, new KnownToken(token)) : before;
    }

    /** Before a token is contradicted, permissions are read again that may be older than the token. */
    private Decision contradicted(PermissionKey key, KnownToken earlier, Decision first, Freshness freshness) {
        long now = freshness.now();
        LivePermissions live = first.live();
        if (live != null && rereads.isTooEarly(first.token(), live, now)) {
            return reconsidered(key, earlier, first, null);
        }
        Long reread = live == null ? null : rereads.due(first.token(), key, live, now);
        Decision decision = reread == null
                ? first
                : reconsidered(key, earlier, first, live(key, earlier, first.token(), freshness.notBefore(reread)));
        return isContradicted(decision) ? decision.with(advice(key, earlier, decision, now)) : decision;
    }

    /**
     * Whether the token itself is a reading: it is so young that the provider has just computed its scopes from live roles, and
     * nothing newer is known.
     */
    private boolean isReading(AccessToken token, AccessRequest request, PermissionKey key, long now) {
        Duration maxAge = settings.maxAge(request);
        if (maxAge.isZero() || !permissions.youngTokens().contains(token.kind()) || !isMetBy(token, request)) {
            return false;
        }
        Duration age = provider.greatestAge(token.issuedAt());
        return age != null && age.compareTo(maxAge) <= 0 && !permissions.knowsNewer(key, now - age.toNanos());
    }

    /** A young token is no evidence of roles: it carries those that a script of the provider's administrators chooses. */
    private static boolean isMetBy(AccessToken token, AccessRequest request) {
        return request.roles() == null
                && (request.requirement() == null || request.requirement().isMetBy(token.scopes()));
    }

    /** A grant stands even if a new read for the hint beside it fails. */
    private Decision reconsidered(
            PermissionKey key, KnownToken earlier, Decision first, @Nullable LivePermissions newer) {
        return newer == null && first.isGranted()
                ? first.withoutDrift()
                : decide(key, earlier, first.token(), first.request(), newer);
    }

    private @Nullable LivePermissions live(
            PermissionKey key, KnownToken earlier, AccessToken token, Freshness freshness) {
        try {
            return permissions.get(key, freshness, token.scopes(), earlier.live());
        } catch (PermissionsUnavailableException e) {
            return null;
        }
    }

    private Decision decide(
            PermissionKey key,
            KnownToken earlier,
            AccessToken token,
            AccessRequest request,
            @Nullable LivePermissions live) {
        if (live == null) {
            return withoutLive(key, token, request).decision(token, request, null, ScopeDrift.none());
        }
        ScopeComparison comparison = earlier.comparison(token.scopes(), live);
        // In observe mode, not even a denial reveals the live permissions.
        Verdict verdict = settings.mode() == Mode.OBSERVE
                ? Verdict.withoutLive(settings, token.scopes(), request)
                : Verdict.byLive(settings, token, request, live, comparison.effective());
        ScopeDrift drift = detector.detect(token, comparison, verdict.grantable());
        return key.roles().isNone()
                ? verdict.decision(token, request, live, drift)
                : withRoles(key, verdict, drift, token, request, live);
    }

    private Decision withRoles(
            PermissionKey key,
            Verdict verdict,
            ScopeDrift drift,
            AccessToken token,
            AccessRequest request,
            LivePermissions live) {
        RoleDrift ofRoles = RoleDriftDetector.detect(token, live, key.roles().wanted());
        return verdict.andRoles(denialOfRoles(token, request, live, null))
                .decision(token, request, live, drift.with(ofRoles));
    }

    private @Nullable Denial denialOfRoles(
            AccessToken token, AccessRequest request, @Nullable LivePermissions live, @Nullable LivePermissions seen) {
        return request.roles() == null ? null : roles.denial(token, request.roles(), live, seen);
    }

    private Verdict withoutLive(PermissionKey key, AccessToken token, AccessRequest request) {
        LivePermissions seen = permissions.lastSeen(key, token.scopes());
        LivePermissions newer = seen != null && rereads.isReadAfter(token, seen, clock.nanos()) ? seen : null;
        return scopesWithoutLive(key, token, request, newer).andRoles(denialOfRoles(token, request, null, newer));
    }

    private Verdict scopesWithoutLive(
            PermissionKey key, AccessToken token, AccessRequest request, @Nullable LivePermissions seen) {
        if (seen != null) {
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

    private static boolean isContradicted(Decision decision) {
        return decision.denial() != null || !decision.drift().isEmpty();
    }

    private RemedyAdvice advice(PermissionKey key, KnownToken earlier, Decision decision, long now) {
        LivePermissions live = decision.live();
        if (live == null) {
            return RemedyAdvice.none();
        }
        RemedyAdvice repeated = decision.isGranted() ? earlier.advice(live, decision.drift(), now) : null;
        if (repeated != null) {
            return repeated;
        }
        if (!decision.drift().demoted().isEmpty()) {
            permissions.keepLoss(key);
        }
        RemedyAdvice advice = isTold(decision) ? newAdvice(decision, live, now) : RemedyAdvice.none();
        if (decision.isGranted()) {
            earlier.advised(live, decision.drift(), advice, now);
        }
        return advice;
    }

    private boolean isTold(Decision decision) {
        boolean isUntoldDenial = !decision.isGranted() && decision.request().isForGateway();
        return settings.mode() != Mode.OBSERVE && !isUntoldDenial;
    }

    private RemedyAdvice newAdvice(Decision decision, LivePermissions live, long now) {
        DriftFinding finding = new DriftFinding(decision.token(), live.history(), live::roles, decision.drift());
        if (decision.denial() == null) {
            // A hint can wait for a read that is newer than the token.
            return rereads.isReadAfter(decision.token(), live, now) ? advisor.onGranted(finding) : RemedyAdvice.none();
        }
        return switch (decision.denial()) {
            case NOT_A_MEMBER -> advisor.onExpelled(finding);
            case INSUFFICIENT_SCOPE -> advisor.onDenied(finding.missingOnly(decision.grantable(), Roles.none()));
            case INSUFFICIENT_ROLE -> advisor.onDenied(finding.missingOnly(Scopes.none(), required(decision)));
            default -> RemedyAdvice.none();
        };
    }

    private static Roles required(Decision decision) {
        RoleRequirement required = decision.request().roles();
        return required == null ? Roles.none() : Roles.of(required.kind(), required.roles());
    }
}

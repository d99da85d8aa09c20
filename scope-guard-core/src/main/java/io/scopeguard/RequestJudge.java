package io.scopeguard;

import io.scopeguard.drift.DriftDetector;
import io.scopeguard.drift.RoleDrift;
import io.scopeguard.drift.RoleDriftDetector;
import io.scopeguard.drift.ScopeComparison;
import io.scopeguard.drift.ScopeDrift;
import io.scopeguard.drift.TokenTraits;
import io.scopeguard.permission.Freshness;
import io.scopeguard.permission.LivePermissions;
import io.scopeguard.permission.PermissionCache;
import io.scopeguard.permission.PermissionKey;
import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.provider.ProviderClock;
import io.scopeguard.remedy.DriftFinding;
import io.scopeguard.remedy.RemedyAdvice;
import io.scopeguard.remedy.RemedyAdvisor;
import io.scopeguard.role.RoleRequirement;
import io.scopeguard.role.Roles;
import io.scopeguard.scope.Scopes;
import io.scopeguard.time.SteadyClock;
import io.scopeguard.token.AccessToken;
import io.scopeguard.token.TokenValue;
import org.jspecify.annotations.Nullable;

/** Decides about requests with the tokens of one provider, by the provider's live permissions. Thread-safe. */
final class RequestJudge {

    private final ScopeGuardSettings settings;
    private final PermissionCache permissions;
    private final DriftDetector detector;
    private final RemedyAdvisor advisor;
    private final RereadPolicy rereads;
    private final RoleRules roles;
    private final YoungTokens youngTokens;
    private final SteadyClock clock;

    private final TokenValue<KnownToken> knownTokens = new TokenValue<>();

    /** @param provider compares the times of tokens with the times of our reads */
    RequestJudge(
            ScopeGuardSettings settings,
            PermissionCache permissions,
            DriftDetector detector,
            RemedyAdvisor advisor,
            RereadPolicy rereads,
            RoleRules roles,
            ProviderClock provider) {
        this.settings = settings;
        this.permissions = permissions;
        this.detector = detector;
        this.advisor = advisor;
        this.rereads = rereads;
        this.roles = roles;
        this.youngTokens = new YoungTokens(settings, permissions, provider);
        this.clock = provider.steady();
    }

    /**
     * Decides about a request, like {@link ScopeGuard#authorize}.
     *
     * @param token the view of the token for the request's organization
     * @param mayWait whether to wait for reads without which the permissions are unknown
     */
    Decision judge(AccessToken token, AccessRequest request, boolean mayWait) {
        long now = clock.nanos();
        KnownToken known = known(token).with(roles.interest(token, request));
        PermissionKey key = known.key();
        Freshness usual = settings.freshness(request, now);
        Freshness freshness = mayWait ? usual : usual.withoutWaiting();
        if (youngTokens.grant(request, key, token.scopes(), token.issuedAt(), now)) {
            if (!request.isForGateway()) {
                permissions.refresh(key, freshness);
            }
            return Verdict.byToken(token).decision(token, request, null, ScopeDrift.none());
        }
        Decision decision = decide(known, token, request, live(known, token, freshness));
        return isContradicted(decision) ? contradicted(known, decision, freshness) : decision;
    }

    private KnownToken known(AccessToken token) {
        KnownToken before = knownTokens.get(token);
        return before == null ? knownTokens.set(token, new KnownToken(token)) : before;
    }

    /** Before a token is contradicted, permissions that may be older than the token are read again. */
    private Decision contradicted(KnownToken known, Decision first, Freshness freshness) {
        long now = freshness.now();
        LivePermissions live = first.live();
        if (live != null && rereads.isTooEarly(first.token(), live, now)) {
            return reconsidered(known, first, null);
        }
        Long reread = live == null ? null : rereads.due(first.token(), known.key(), live, now);
        Decision decision = reread == null
                ? first
                : reconsidered(known, first, live(known, first.token(), freshness.notBefore(reread)));
        return isContradicted(decision) ? decision.with(advice(known, decision, now)) : decision;
    }

    /** A failed read for the hint does not change a grant. */
    private Decision reconsidered(KnownToken known, Decision first, @Nullable LivePermissions newer) {
        return newer == null && first.isGranted()
                ? first.withoutDrift()
                : decide(known, first.token(), first.request(), newer);
    }

    private @Nullable LivePermissions live(KnownToken known, AccessToken token, Freshness freshness) {
        try {
            return permissions.get(known.key(), freshness, token.scopes(), known.live());
        } catch (PermissionsUnavailableException e) {
            return null;
        }
    }

    private Decision decide(
            KnownToken known, AccessToken token, AccessRequest request, @Nullable LivePermissions live) {
        PermissionKey key = known.key();
        if (live == null) {
            return withoutLive(key, token, request).decision(token, request, null, ScopeDrift.none());
        }
        ScopeComparison comparison = known.comparison(token.scopes(), live);
        // In observe mode, even a denial reveals nothing about live permissions.
        Verdict verdict = settings.mode() == Mode.OBSERVE
                ? Verdict.withoutLive(settings, token.scopes(), request)
                : Verdict.byLive(settings, token.scopes(), request, live, comparison.effective());
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
        RoleDrift ofRoles =
                RoleDriftDetector.detect(token::roles, live, key.roles().wanted());
        return verdict.andRoles(denialOfRoles(token, request, live, null))
                .decision(token, request, live, drift.with(ofRoles));
    }

    private @Nullable Denial denialOfRoles(
            AccessToken token, AccessRequest request, @Nullable LivePermissions live, @Nullable LivePermissions seen) {
        RoleRequirement required = request.roles();
        return required == null ? null : roles.denial(token.roles(required.kind()), required, live, seen);
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

    private RemedyAdvice advice(KnownToken known, Decision decision, long now) {
        LivePermissions live = decision.live();
        if (live == null) {
            return RemedyAdvice.none();
        }
        RemedyAdvice repeated = decision.isGranted() ? known.advice(live, decision.drift(), now) : null;
        if (repeated != null) {
            return repeated;
        }
        if (!decision.drift().demoted().isEmpty()) {
            permissions.rememberLoss(known.key());
        }
        RemedyAdvice advice = receivesAdvice(decision) ? newAdvice(decision, live, now) : RemedyAdvice.none();
        if (decision.isGranted()) {
            known.advised(live, decision.drift(), advice, now);
        }
        return advice;
    }

    /** Whether the client receives advice. Behind a gateway, it receives only the status of a denial. */
    private boolean receivesAdvice(Decision decision) {
        boolean isDenialForGateway = !decision.isGranted() && decision.request().isForGateway();
        return settings.mode() != Mode.OBSERVE && !isDenialForGateway;
    }

    private RemedyAdvice newAdvice(Decision decision, LivePermissions live, long now) {
        AccessToken token = decision.token();
        DriftFinding finding = new DriftFinding(TokenTraits.of(token), live.history(), live::roles, decision.drift());
        if (decision.denial() == null) {
            // A hint can wait for a read that is newer than the token.
            return rereads.isReadAfter(token, live, now) ? advisor.onGranted(token, finding) : RemedyAdvice.none();
        }
        return switch (decision.denial()) {
            case NOT_A_MEMBER -> advisor.onExpelled(token, finding);
            case INSUFFICIENT_SCOPE -> advisor.onDenied(token, finding.missingOnly(decision.grantable(), Roles.none()));
            case INSUFFICIENT_ROLE ->
                advisor.onDenied(
                        token,
                        finding.missingOnly(
                                Scopes.none(),
                                Roles.requiredBy(decision.request().roles())));
            default -> RemedyAdvice.none();
        };
    }
}

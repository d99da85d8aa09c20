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
import io.scopeguard.provider.PermissionsUnavailableException.Reason;
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
import java.util.Objects;
import java.util.Set;
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
        Decision decision = decide(known, token, request, freshness);
        return isContradicted(decision) ? contradicted(known, decision, freshness) : decision;
    }

    private KnownToken known(AccessToken token) {
        KnownToken before = knownTokens.get(token);
        return before == null ? knownTokens.set(token, new KnownToken(token)) : before;
    }

    private Decision contradicted(KnownToken known, Decision first, Freshness freshness) {
        LivePermissions live = first.live();
        Decision decision = live == null ? first : reread(known, first, live, freshness);
        return isContradicted(decision) ? decision.with(advice(known, decision, freshness.now())) : decision;
    }

    /**
     * Before a token is contradicted, permissions that may be older than the token are read again. A denial waits for that. A grant
     * does not: it gives no hint, and the read takes place in the background.
     */
    private Decision reread(KnownToken known, Decision first, LivePermissions live, Freshness freshness) {
        AccessToken token = first.token();
        long now = freshness.now();
        if (rereads.isTooEarly(token, live, now)) {
            return first.isGranted() ? first.withoutDrift() : withoutLive(known, token, first.request());
        }
        Long start = rereads.due(token, known.key(), live, now);
        if (start == null) {
            return first;
        }
        if (first.isGranted()) {
            if (start <= now) {
                permissions.refresh(known.key(), freshness.notBefore(start));
            }
            return first.withoutDrift();
        }
        return start == RereadPolicy.NOT_SOON
                ? withoutLive(known, token, first.request())
                : decide(known, token, first.request(), freshness.notBefore(start));
    }

    private Decision decide(KnownToken known, AccessToken token, AccessRequest request, Freshness freshness) {
        LivePermissions live;
        try {
            live = permissions.get(known.key(), freshness, token.scopes(), known.live());
        } catch (PermissionsUnavailableException e) {
            Decision unknown = withoutLive(known, token, request);
            return e.reason() == Reason.IMPLAUSIBLE ? doubted(unknown) : unknown;
        }
        return decide(known, token, request, live);
    }

    /** While a loss is doubted, older permissions are not enough for a request with a maximum age of its own. */
    private Decision doubted(Decision unknown) {
        AccessRequest request = unknown.request();
        return unknown.isGranted() && settings.mode() == Mode.ENFORCE && request.maxAge() != null
                ? Verdict.unavailable().decision(unknown.token(), request, null, ScopeDrift.none())
                : unknown;
    }

    private Decision decide(KnownToken known, AccessToken token, AccessRequest request, LivePermissions live) {
        PermissionKey key = known.key();
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
        return verdict.andRoles(denialOfRoles(token, request, live, Set.of()))
                .decision(token, request, live, drift.with(ofRoles));
    }

    private @Nullable Denial denialOfRoles(
            AccessToken token, AccessRequest request, @Nullable LivePermissions live, Set<String> lost) {
        RoleRequirement required = request.roles();
        return required == null ? null : roles.denial(token.roles(required.kind()), required, live, lost);
    }

    /** The decision while live permissions are unknown for this token. */
    private Decision withoutLive(KnownToken known, AccessToken token, AccessRequest request) {
        BelievedLosses losses = losses(known.key(), token);
        RoleRequirement required = request.roles();
        Set<String> lostRoles = losses == null || required == null ? Set.of() : losses.roles(required.kind());
        return scopesWithoutLive(known.key(), token, request, losses)
                .andRoles(denialOfRoles(token, request, null, lostRoles))
                .decision(token, request, null, ScopeDrift.none());
    }

    private @Nullable BelievedLosses losses(PermissionKey key, AccessToken token) {
        LivePermissions seen = permissions.lastSeen(key, token.scopes());
        return seen == null ? null : rereads.losses(token, seen, clock.nanos());
    }

    private Verdict scopesWithoutLive(
            PermissionKey key, AccessToken token, AccessRequest request, @Nullable BelievedLosses losses) {
        Scopes leaked =
                settings.mode() == Mode.ENFORCE ? permissions.possiblyLeaked(key, token.scopes()) : Scopes.none();
        Verdict verdict = losses == null
                ? Verdict.withoutLive(settings, token.scopes(), request)
                : Verdict.byLosses(settings, token, request, losses);
        boolean isCertain = losses == null ? leaked.isEmpty() : losses.scopes().containsAll(leaked);
        return isCertain || verdict.denial() != null
                ? verdict
                : Verdict.withPossiblyLeaked(
                        settings, token, request, token.scopes().minus(leaked));
    }

    private static boolean isContradicted(Decision decision) {
        return decision.denial() != null || !decision.drift().isEmpty();
    }

    private RemedyAdvice advice(KnownToken known, Decision decision, long now) {
        LivePermissions live = decision.live();
        if (live == null) {
            return receivesAdvice(decision) ? adviceAboutLosses(known, decision) : RemedyAdvice.none();
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

    /** The advice for a client that was denied because of a believed loss, while live permissions are unknown. */
    private RemedyAdvice adviceAboutLosses(KnownToken known, Decision decision) {
        AccessToken token = decision.token();
        BelievedLosses losses = decision.isGranted() ? null : losses(known.key(), token);
        if (losses == null) {
            return RemedyAdvice.none();
        }
        DriftFinding finding = losses.finding(decision.request());
        return switch (Objects.requireNonNull(decision.denial())) {
            case NOT_A_MEMBER -> advisor.onExpelled(token, finding);
            case INSUFFICIENT_SCOPE, INSUFFICIENT_ROLE ->
                finding.drift().isEmpty() ? RemedyAdvice.none() : advisor.onDenied(token, finding);
            default -> RemedyAdvice.none();
        };
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

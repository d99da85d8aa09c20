package io.scopeguard;

import io.scopeguard.drift.DriftDetector;
import io.scopeguard.drift.ScopeDrift;
import io.scopeguard.permission.Freshness;
import io.scopeguard.permission.LivePermissions;
import io.scopeguard.permission.PermissionCache;
import io.scopeguard.permission.PermissionKey;
import io.scopeguard.permission.PermissionsUnavailableException;
import io.scopeguard.remedy.Advice;
import io.scopeguard.remedy.Finding;
import io.scopeguard.remedy.RemedyLadder;
import io.scopeguard.token.AccessToken;
import io.scopeguard.token.IssuerClock;
import java.time.Clock;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Decides what a verified token may do now, and what its client should do about a difference. Thread-safe.
 */
public final class ScopeGuard {

    private final ScopeGuardSettings settings;
    private final PermissionCache permissions;
    private final DriftDetector detector;
    private final RemedyLadder ladder;
    private final SecondLooks secondLooks;
    private final Clock clock;

    /**
     * @param issuer the clock by which tokens are dated
     * @param clock the one by which the permissions are dated
     */
    public ScopeGuard(
            ScopeGuardSettings settings,
            PermissionCache permissions,
            DriftDetector detector,
            RemedyLadder ladder,
            IssuerClock issuer,
            Clock clock) {
        this.settings = settings;
        this.permissions = permissions;
        this.detector = detector;
        this.ladder = ladder;
        this.secondLooks = new SecondLooks(issuer);
        this.clock = clock;
    }

    /** Decides about one request. Asks the provider only where what is known is not fresh enough. */
    public Decision authorize(AccessToken token, AccessRequest request) {
        if (!request.organization().admits(token)) {
            return Decision.misplaced(token, request, Denial.ORGANIZATION_MISMATCH);
        }
        if (!request.takes(token)) {
            return Decision.misplaced(token, request, Denial.WRONG_TOKEN_KIND);
        }
        if (request.lacksOrganization()) {
            return Decision.misplaced(token, request, Denial.ORGANIZATION_MISMATCH);
        }
        Instant now = clock.instant();
        Freshness freshness = settings.freshness(request.requirement(), now);
        Decision decision = decide(token, request, live(token, freshness));
        Instant secondLook = secondLook(decision, now);
        if (secondLook != null) {
            decision = reconsidered(decision, live(token, freshness.notBefore(secondLook)));
        }
        return isContradicted(decision) ? decision.with(advice(decision, now)) : decision;
    }

    /** A grant stands even where it cannot be told what to tell the client beside. */
    private Decision reconsidered(Decision first, @Nullable LivePermissions newer) {
        return newer == null && first.isGranted()
                ? first.withoutDrift()
                : decide(first.token(), first.request(), newer);
    }

    private @Nullable LivePermissions live(AccessToken token, Freshness freshness) {
        try {
            return permissions.get(PermissionKey.of(token), freshness, token.scopes());
        } catch (PermissionsUnavailableException e) {
            return null;
        }
    }

    private Decision decide(AccessToken token, AccessRequest request, @Nullable LivePermissions live) {
        if (live == null) {
            return withoutLive(token, request).decision(token, request, null, ScopeDrift.none());
        }
        // An observer tells nobody anything, not even by what a refusal names.
        Verdict verdict = settings.mode() == Mode.OBSERVE
                ? Verdict.withoutLive(settings, token, request)
                : Verdict.byLive(settings, token, request, live);
        return verdict.decision(token, request, live, detector.detect(token, live, verdict.grantable()));
    }

    private Verdict withoutLive(AccessToken token, AccessRequest request) {
        LivePermissions seen = permissions.lastSeen(PermissionKey.of(token), token.scopes());
        return seen != null && secondLooks.isSettled(token, seen, clock.instant())
                ? Verdict.byLastSeen(settings, token, request, seen)
                : Verdict.withoutLive(settings, token, request);
    }

    /** Before a token is contradicted: whether what it was held against could be older than the token itself. */
    private @Nullable Instant secondLook(Decision decision, Instant now) {
        LivePermissions live = decision.live();
        return live != null && isContradicted(decision) ? secondLooks.due(decision.token(), live, now) : null;
    }

    private static boolean isContradicted(Decision decision) {
        return decision.denial() != null || !decision.drift().isEmpty();
    }

    private Advice advice(Decision decision, Instant now) {
        LivePermissions live = decision.live();
        if (settings.mode() == Mode.OBSERVE || live == null) {
            return Advice.none();
        }
        boolean isSettled = secondLooks.isSettled(decision.token(), live, now);
        Finding finding = new Finding(decision.token(), live, decision.drift(), isSettled);
        if (decision.denial() == null) {
            // A hint can wait for the look that is not due yet.
            return isSettled ? ladder.onGranted(finding) : Advice.none();
        }
        return switch (decision.denial()) {
            case NOT_A_MEMBER -> ladder.onExpelled(finding);
            case INSUFFICIENT_SCOPE -> ladder.onRefused(finding.missingOnly(decision.grantable()));
            default -> Advice.none();
        };
    }
}

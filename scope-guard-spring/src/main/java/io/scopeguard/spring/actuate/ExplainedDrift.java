package io.scopeguard.spring.actuate;

import io.scopeguard.RoleRules;
import io.scopeguard.ScopeGuardSettings;
import io.scopeguard.drift.Clients;
import io.scopeguard.drift.DriftDetector;
import io.scopeguard.drift.RoleDriftDetector;
import io.scopeguard.drift.ScopeComparison;
import io.scopeguard.drift.ScopeDrift;
import io.scopeguard.drift.TokenTraits;
import io.scopeguard.permission.LivePermissions;
import io.scopeguard.provider.IdentityProvider;
import io.scopeguard.provider.ProviderTraits;
import io.scopeguard.remedy.DriftFinding;
import io.scopeguard.remedy.RemedyAdvice;
import io.scopeguard.remedy.RemedyRules;
import io.scopeguard.role.RoleKind;
import io.scopeguard.role.RoleRequirement;
import io.scopeguard.role.Roles;
import io.scopeguard.scope.ScopeRequirement;
import io.scopeguard.scope.Scopes;
import io.scopeguard.spring.actuate.HandlerJudge.Judgement;
import io.scopeguard.spring.actuate.HandlerJudge.Presented;
import io.scopeguard.spring.authorization.HandlerRule;
import io.scopeguard.spring.authorization.HandlerRule.Requires;
import org.jspecify.annotations.Nullable;

/** Drift and remedies of one token, by the guard's own rules. Used by one thread. */
final class ExplainedDrift {

    private final DriftDetector detector;
    private final RemedyRules rules;
    private final RoleRules roles;
    private final TokenTraits traits;

    /** @param declared the roles that handlers require */
    ExplainedDrift(
            IdentityProvider provider,
            Clients clients,
            ScopeGuardSettings settings,
            TokenTraits traits,
            Roles declared) {
        ProviderTraits ofProvider = provider.permissions().traits();
        this.detector = new DriftDetector(clients, provider.catalogue(), ofProvider.mixedKinds());
        this.rules = new RemedyRules(clients, provider.clock(), ofProvider::refreshDelivery, settings.maxAge());
        this.roles = new RoleRules(settings, () -> declared);
        this.traits = traits;
    }

    /** The drift that the response of a handler without requirements reports. */
    ScopeDrift of(Presented token) {
        return drift(token, Scopes.none(), null);
    }

    /** The remedy in the response of such a handler. */
    RemedyAdvice onGranted(Presented token) {
        return onGranted(token, null);
    }

    /** The remedy in the response of a handler. */
    RemedyAdvice of(HandlerRule rule, Judgement judgement, Presented token) {
        RoleRequirement required = rule instanceof Requires requires ? requires.roles() : null;
        if (judgement.isGranted()) {
            boolean isSilent = rule instanceof HandlerRule.Open || judgement.isByYoungToken();
            return isSilent ? RemedyAdvice.none() : onGranted(token, required);
        }
        Scopes grantable = grantable(rule, token.live());
        DriftFinding finding = finding(token, grantable, required);
        if (finding == null) {
            return RemedyAdvice.none();
        }
        return switch (judgement.decision()) {
            case HandlerJudge.NOT_A_MEMBER -> rules.onExpelled(finding);
            case HandlerJudge.INSUFFICIENT_SCOPE -> rules.onDenied(finding.missingOnly(grantable, Roles.none()));
            case HandlerJudge.INSUFFICIENT_ROLE ->
                rules.onDenied(finding.missingOnly(Scopes.none(), Roles.requiredBy(required)));
            default -> RemedyAdvice.none();
        };
    }

    private RemedyAdvice onGranted(Presented token, @Nullable RoleRequirement required) {
        DriftFinding finding = finding(token, Scopes.none(), required);
        return finding == null ? RemedyAdvice.none() : rules.onGranted(finding);
    }

    private @Nullable DriftFinding finding(Presented token, Scopes needed, @Nullable RoleRequirement required) {
        LivePermissions live = token.live();
        return live == null
                ? null
                : new DriftFinding(traits, live.history(), live::roles, drift(token, needed, required));
    }

    private ScopeDrift drift(Presented token, Scopes needed, @Nullable RoleRequirement required) {
        LivePermissions live = token.live();
        if (live == null) {
            return ScopeDrift.none();
        }
        Roles compared = roles.interest(
                        token.roles().apply(RoleKind.GLOBAL), token.roles().apply(RoleKind.ORGANIZATION), required)
                .wanted();
        return detector.detect(traits, ScopeComparison.of(token.scopes(), live), needed)
                .with(RoleDriftDetector.detect(token.roles(), live, compared));
    }

    private static Scopes grantable(HandlerRule rule, @Nullable LivePermissions live) {
        ScopeRequirement requirement = rule instanceof Requires requires ? requires.requirement() : null;
        return requirement == null || live == null ? Scopes.none() : requirement.grantable(live.granted());
    }
}

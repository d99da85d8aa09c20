package io.scopeguard.spring.actuate;

import io.scopeguard.Mode;
import io.scopeguard.ScopeGuardSettings;
import io.scopeguard.permission.LivePermissions;
import io.scopeguard.permission.LiveRoles;
import io.scopeguard.provider.Standing;
import io.scopeguard.role.RoleRequirement;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.ScopeRequirement;
import io.scopeguard.scope.Scopes;
import io.scopeguard.scope.WhenUnknown;
import io.scopeguard.spring.authorization.HandlerCatalog;
import io.scopeguard.spring.authorization.HandlerRule.AnyToken;
import io.scopeguard.spring.authorization.HandlerRule.Closed;
import io.scopeguard.spring.authorization.HandlerRule.Open;
import io.scopeguard.spring.authorization.HandlerRule.Requires;
import io.scopeguard.spring.authorization.HandlerRule.StaticContent;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Says what a handler would decide about a token, and why. Thread-safe. */
final class HandlerJudge {

    private static final String UNAVAILABLE = "permissions_unavailable";

    private final ScopeGuardSettings settings;
    private final boolean isClosed;

    /** @param isClosed whether handlers without a declaration are closed */
    HandlerJudge(ScopeGuardSettings settings, boolean isClosed) {
        this.settings = settings;
        this.isClosed = isClosed;
    }

    /**
     * A token, and what its subject may do now.
     *
     * @param organization {@code null} outside of organizations
     * @param live {@code null} if live permissions are unknown
     */
    record Presented(
            @Nullable String organization,
            Audience audience,
            Scopes scopes,
            @Nullable LivePermissions live) {}

    /**
     * @param decision {@code granted}, or the reason of the denial
     * @param why in a sentence
     */
    record Verdict(String decision, String why) {

        boolean isGranted() {
            return decision.equals("granted");
        }
    }

    /** The scopes that count. */
    Scopes effective(Scopes token, @Nullable LivePermissions live) {
        return live == null || !isEnforcing() ? token : token.and(live.granted());
    }

    Verdict of(HandlerCatalog.Entry entry, Presented token) {
        if (entry.rule() instanceof Open) {
            return granted("open to everybody");
        }
        if (entry.rule() instanceof StaticContent && !isClosed) {
            return granted("files are open to any valid token");
        }
        Verdict standing = ofStanding(entry, token);
        if (!standing.isGranted()) {
            return standing;
        }
        return entry.rule() instanceof Requires requires ? ofRequirements(requires, token) : ofDefault(entry, token);
    }

    private Verdict ofStanding(HandlerCatalog.Entry entry, Presented token) {
        Standing standing = token.live == null || !isEnforcing() ? Standing.ACTIVE : token.live.standing();
        return switch (standing) {
            case ACTIVE -> granted("active");
            case NOT_A_MEMBER, ORGANIZATION_INACTIVE ->
                isAboutOrganization(entry) && token.organization != null
                        ? denied("not_a_member", "the standing is " + lower(standing))
                        : granted("not about an organization");
            case SUSPENDED, UNKNOWN_SUBJECT -> denied("subject_inactive", "the standing is " + lower(standing));
        };
    }

    private static boolean isAboutOrganization(HandlerCatalog.Entry entry) {
        return entry.namesOrganization() || (entry.rule() instanceof Requires requires && requires.needsOrganization());
    }

    private Verdict ofDefault(HandlerCatalog.Entry entry, Presented token) {
        boolean refuses = entry.rule() instanceof Closed || (isClosed && !(entry.rule() instanceof AnyToken));
        if (refuses) {
            return denied("undeclared", "declares nothing");
        }
        return token.live == null ? byPolicy(null) : granted("any valid token");
    }

    private Verdict ofRequirements(Requires requires, Presented token) {
        if (requires.needsOrganization() && token.organization == null) {
            return denied("organization_mismatch", "needs an organization");
        }
        Verdict ofScopes = ofScopes(requires.requirement(), token);
        return ofScopes.isGranted() && requires.roles() != null ? ofRoles(requires.roles(), token.live) : ofScopes;
    }

    private Verdict ofScopes(@Nullable ScopeRequirement requirement, Presented token) {
        if (requirement == null) {
            return granted("requires no scopes");
        }
        if (!requirement.audience().equals(token.audience)) {
            return denied("wrong_token_kind", "needs a token for " + requirement.audience());
        }
        if (!requirement.isMetBy(token.scopes)) {
            return denied(
                    "insufficient_scope", "not carried: " + requirement.scopes().minus(token.scopes));
        }
        Scopes effective = effective(token.scopes, token.live);
        if (!requirement.isMetBy(effective)) {
            return denied(
                    "insufficient_scope",
                    "no longer held: " + requirement.scopes().minus(effective));
        }
        return token.live == null ? byPolicy(requirement.whenUnknown()) : granted("carried and held");
    }

    /** Live permissions are unknown. */
    private Verdict byPolicy(@Nullable WhenUnknown own) {
        WhenUnknown policy = own == null ? settings.whenUnknown() : own;
        return isEnforcing() && policy == WhenUnknown.DENY
                ? denied(UNAVAILABLE, "live permissions are unknown, and the policy is to deny")
                : granted("live permissions are unknown, and the policy is to trust the token");
    }

    private static Verdict ofRoles(RoleRequirement requirement, @Nullable LivePermissions live) {
        LiveRoles held = live == null ? null : live.roles(requirement.kind());
        if (held == null) {
            return denied(UNAVAILABLE, "live roles are unknown");
        }
        return requirement.isMetBy(held.names())
                ? granted("carried and held")
                : denied("insufficient_role", "not held: one or all of " + requirement.roles());
    }

    private boolean isEnforcing() {
        return settings.mode() == Mode.ENFORCE;
    }

    private static Verdict granted(String why) {
        return new Verdict("granted", why);
    }

    private static Verdict denied(String decision, String why) {
        return new Verdict(decision, why);
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}

package io.scopeguard.spring.actuate;

import io.scopeguard.AccessRequest;
import io.scopeguard.Denial;
import io.scopeguard.Mode;
import io.scopeguard.RoleRules;
import io.scopeguard.ScopeGuardSettings;
import io.scopeguard.Verdict;
import io.scopeguard.organization.RequestedOrganization;
import io.scopeguard.permission.LivePermissions;
import io.scopeguard.role.RoleKind;
import io.scopeguard.role.RoleRequirement;
import io.scopeguard.role.Roles;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.ScopeRequirement;
import io.scopeguard.scope.Scopes;
import io.scopeguard.spring.authorization.HandlerCatalog;
import io.scopeguard.spring.authorization.HandlerRule;
import io.scopeguard.spring.authorization.HandlerRule.AnyToken;
import io.scopeguard.spring.authorization.HandlerRule.Closed;
import io.scopeguard.spring.authorization.HandlerRule.Open;
import io.scopeguard.spring.authorization.HandlerRule.Requires;
import io.scopeguard.spring.authorization.HandlerRule.StaticContent;
import io.scopeguard.spring.authorization.OrganizationResolver;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Computes the decision that a handler would make about a token, with the reason. Thread-safe. */
final class HandlerJudge {

    static final String NOT_A_MEMBER = "not_a_member";
    static final String INSUFFICIENT_SCOPE = "insufficient_scope";
    static final String INSUFFICIENT_ROLE = "insufficient_role";

    private static final String MISMATCH = "organization_mismatch";

    private static final Judgement BY_YOUNG_TOKEN =
            granted("carried, and the token is so young that it counts as a read");

    private final ScopeGuardSettings settings;
    private final OrganizationResolver organizations;
    private final boolean isClosed;
    private final RoleRules roles;

    /** @param isClosed whether handlers without a declaration are closed */
    HandlerJudge(ScopeGuardSettings settings, OrganizationResolver organizations, boolean isClosed) {
        this.settings = settings;
        this.organizations = organizations;
        this.isClosed = isClosed;
        this.roles = new RoleRules(settings, Roles::none);
    }

    /**
     * A token and the live permissions of its subject.
     *
     * @param organization {@code null} outside of organizations
     * @param roles the names of the token's roles, or {@code null} if it carries no roles of a kind
     * @param live {@code null} if live permissions are unknown
     * @param isYoung whether the token grants a request without a read, because it is young
     * @param isAtHome whether tokens of its provider count in the organization, or outside of organizations
     */
    record Presented(
            @Nullable String organization,
            Audience audience,
            Scopes scopes,
            Function<RoleKind, @Nullable Set<String>> roles,
            @Nullable LivePermissions live,
            Predicate<AccessRequest> isYoung,
            boolean isAtHome) {

        /** The same token with other live permissions. */
        Presented with(@Nullable LivePermissions other) {
            return new Presented(organization, audience, scopes, roles, other, isYoung, isAtHome);
        }
    }

    /**
     * @param decision {@code granted}, or the reason for the denial
     * @param why the explanation, in a sentence
     */
    record Judgement(String decision, String why) {

        boolean isGranted() {
            return decision.equals("granted");
        }

        /** Whether live permissions were not compared, so that the response contains no hint. */
        boolean isByYoungToken() {
            return equals(BY_YOUNG_TOKEN);
        }
    }

    /** The scopes that count. */
    Scopes effective(Scopes token, @Nullable LivePermissions live) {
        return live == null || !isEnforcing() ? token : token.and(live.granted());
    }

    Judgement of(HandlerCatalog.Entry entry, Presented token) {
        if (entry.rule() instanceof Open) {
            return granted("open to everybody");
        }
        if (entry.rule() instanceof StaticContent && !isClosed && !entry.namesOrganization()) {
            return granted("files are open to any valid token");
        }
        if (refuses(entry.rule())) {
            return denied("undeclared", "declares nothing");
        }
        AccessRequest request = request(entry, token);
        Judgement placement = ofPlacement(request, token);
        if (!placement.isGranted()) {
            return placement;
        }
        if (token.isYoung.test(request)) {
            return BY_YOUNG_TOKEN;
        }
        Judgement judgement = ofScopes(request, token);
        return judgement.isGranted() && request.roles() != null ? ofRoles(request.roles(), token) : judgement;
    }

    private boolean refuses(HandlerRule rule) {
        boolean isUndeclared = isClosed && !(rule instanceof AnyToken) && !(rule instanceof Requires);
        return rule instanceof Closed || isUndeclared;
    }

    /** The request of a client that names the organization of its token. */
    private AccessRequest request(HandlerCatalog.Entry entry, Presented token) {
        RequestedOrganization organization = organizations.assumed(entry, token.organization);
        return entry.rule() instanceof Requires requires
                ? new AccessRequest(organization, requires.requirement(), requires.roles())
                : new AccessRequest(organization, null);
    }

    private static Judgement ofPlacement(AccessRequest request, Presented token) {
        if (!request.organization().isFor(token.organization)) {
            return denied(
                    MISMATCH,
                    token.organization == null ? "needs an organization" : "names no organization of the token");
        }
        if (!token.isAtHome && (token.organization != null || !request.needsNothing())) {
            return denied(MISMATCH, "the provider's tokens do not count there");
        }
        Denial misplaced = request.misplaced(token.organization, token.audience);
        if (misplaced == null) {
            return granted("for the organization");
        }
        return misplaced == Denial.WRONG_TOKEN_KIND
                ? denied("wrong_token_kind", "needs a token for " + wanted(request))
                : denied(MISMATCH, "the request names no organization");
    }

    private static String wanted(AccessRequest request) {
        ScopeRequirement requirement = Objects.requireNonNull(request.requirement());
        if (requirement.audience().isOrganization()) {
            return requirement.audience().toString();
        }
        return requirement.audience()
                + (request.organization().isBound() ? " in an organization" : " without an organization");
    }

    /** The verdict about scopes and standing, with its explanation. */
    private Judgement ofScopes(AccessRequest request, Presented token) {
        LivePermissions live = token.live;
        Verdict verdict = live == null
                ? Verdict.withoutLive(settings, token.scopes, request)
                : Verdict.byLive(settings, token.scopes, request, live, token.scopes.and(live.granted()));
        Denial denial = verdict.denial();
        return denial == null
                ? granted(whyGranted(request, live))
                : denied(lower(denial), whyDenied(denial, request, token));
    }

    private static String whyGranted(AccessRequest request, @Nullable LivePermissions live) {
        if (live == null) {
            return "live permissions are unknown, and the policy is to trust the token";
        }
        return request.needsNothing() ? "any valid token" : "carried and held";
    }

    private String whyDenied(Denial denial, AccessRequest request, Presented token) {
        return switch (denial) {
            case NOT_A_MEMBER, SUBJECT_INACTIVE ->
                "the standing is " + lower(Objects.requireNonNull(token.live).standing());
            case PERMISSIONS_UNAVAILABLE -> "live permissions are unknown, and the policy is to deny";
            default -> whyInsufficient(Objects.requireNonNull(request.requirement()), token);
        };
    }

    private String whyInsufficient(ScopeRequirement requirement, Presented token) {
        return requirement.isMetBy(token.scopes)
                ? "no longer held: " + requirement.scopes().minus(effective(token.scopes, token.live))
                : "not carried: " + requirement.scopes().minus(token.scopes);
    }

    private Judgement ofRoles(RoleRequirement requirement, Presented token) {
        Set<String> carried = token.roles.apply(requirement.kind());
        Denial denial = roles.denial(carried, requirement, token.live, Set.of());
        if (denial == null) {
            return granted("carried and held");
        }
        if (denial == Denial.PERMISSIONS_UNAVAILABLE) {
            return denied(lower(denial), "live roles are unknown");
        }
        String missing = carried == null || requirement.isMetBy(carried) ? "not held" : "not carried";
        return denied(INSUFFICIENT_ROLE, missing + ": one or all of " + requirement.roles());
    }

    private boolean isEnforcing() {
        return settings.mode() == Mode.ENFORCE;
    }

    private static Judgement granted(String why) {
        return new Judgement("granted", why);
    }

    private static Judgement denied(String decision, String why) {
        return new Judgement(decision, why);
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}

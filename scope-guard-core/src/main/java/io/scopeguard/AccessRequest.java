package io.scopeguard;

import io.scopeguard.annotation.Internal;
import io.scopeguard.organization.RequestedOrganization;
import io.scopeguard.provider.TokenKind;
import io.scopeguard.role.RoleKind;
import io.scopeguard.role.RoleRequirement;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.ScopeRequirement;
import io.scopeguard.token.AccessToken;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The request that a decision is about.
 *
 * @param organization the organization of the request
 * @param requirement the scopes it needs; {@code null} if it needs none
 * @param roles the roles it needs, beside the scopes; {@code null} if it needs none
 * @param isForGateway whether the decision is made on behalf of a gateway, see {@link #forGateway}
 * @since 0.1
 */
public record AccessRequest(
        RequestedOrganization organization,
        @Nullable ScopeRequirement requirement,
        @Nullable RoleRequirement roles,
        boolean isForGateway) {

    /** A request from a client, which receives the response. */
    public AccessRequest(
            RequestedOrganization organization,
            @Nullable ScopeRequirement requirement,
            @Nullable RoleRequirement roles) {
        this(organization, requirement, roles, false);
    }

    /** A request that needs no role. */
    public AccessRequest(RequestedOrganization organization, @Nullable ScopeRequirement requirement) {
        this(organization, requirement, null, false);
    }

    /** A request in the token's organization, if it has one, that needs neither scopes nor roles. */
    public static AccessRequest withoutRequirement(AccessToken token) {
        RequestedOrganization organization =
                token.organization() == null ? RequestedOrganization.NONE : RequestedOrganization.OF_TOKEN;
        return new AccessRequest(organization, null);
    }

    /**
     * The same request, decided by a function on behalf of a gateway. The function is frozen as soon as it has answered. So the
     * request waits for reads of stale facts; if a read fails or takes too long, older permissions decide, up to the maximum age.
     * The client receives only the status of a denial, so a denial has no advice, and no advice is recorded.
     */
    public AccessRequest forGateway() {
        return new AccessRequest(organization, requirement, roles, true);
    }

    /** The required kind of token, or {@code null} if any kind is accepted. */
    public @Nullable TokenKind requiredKind() {
        if (requirement == null) {
            return null;
        }
        if (requirement.audience().isOrganization()) {
            return TokenKind.ORGANIZATION;
        }
        return organization.isBound() ? TokenKind.ORGANIZATION_RESOURCE : TokenKind.RESOURCE;
    }

    /**
     * Whether neither scopes nor roles are required.
     *
     * @hidden
     */
    @Internal
    public boolean needsNothing() {
        return requirement == null && roles == null;
    }

    /**
     * Whether scopes or roles of an organization are required, but the request names none.
     *
     * @hidden
     */
    @Internal
    public boolean lacksOrganization() {
        return !organization.isBound()
                && ((requirement != null && requirement.audience().isOrganization())
                        || (roles != null && roles.kind() == RoleKind.ORGANIZATION));
    }

    /** The maximum age of live permissions, or {@code null} if no requirement sets one. */
    public @Nullable Duration maxAge() {
        Duration ofScopes = requirement == null ? null : requirement.maxAge();
        Duration ofRoles = roles == null ? null : roles.maxAge();
        if (ofScopes == null || ofRoles == null) {
            return ofScopes == null ? ofRoles : ofScopes;
        }
        return ofScopes.compareTo(ofRoles) < 0 ? ofScopes : ofRoles;
    }

    /** The same request, with the maximum age from the guard's settings. */
    AccessRequest withoutOwnAge() {
        return maxAge() == null
                ? this
                : new AccessRequest(organization, withoutAge(requirement), withoutAge(roles), isForGateway);
    }

    private static @Nullable ScopeRequirement withoutAge(@Nullable ScopeRequirement of) {
        return of == null ? null : new ScopeRequirement(of.audience(), of.match(), of.scopes(), null, of.whenUnknown());
    }

    private static @Nullable RoleRequirement withoutAge(@Nullable RoleRequirement of) {
        return of == null ? null : new RoleRequirement(of.kind(), of.match(), of.roles(), null, of.whenUnknown());
    }

    /**
     * The view of the token that decides about this request, or {@code null} if the token is not for the organization. If nothing
     * is required outside of organizations, any view would do, and the token's first view is the one whose drift matters most.
     */
    @Nullable
    AccessToken viewOf(AccessToken token) {
        AccessToken view =
                needsNothing() && !organization.isBound() ? token.views().get(0) : organization.viewOf(token);
        return view == null || requirement == null ? view : view.forAudience(requirement.audience());
    }

    private boolean takes(Audience audience, TokenKind kind) {
        return requirement == null || (requirement.audience().equals(audience) && kind == requiredKind());
    }

    /**
     * The reason to deny every token for this organization and audience, whatever its scopes are; {@code null} if there is none.
     * The token must have no scopes for another organization or audience.
     *
     * @param ofToken {@code null} for tokens outside of organizations
     * @hidden
     */
    @Internal
    public @Nullable Denial misplaced(@Nullable String ofToken, Audience audience) {
        if (!organization.isFor(ofToken)) {
            return Denial.ORGANIZATION_MISMATCH;
        }
        if (!takes(audience, TokenKind.of(audience, ofToken))) {
            return Denial.WRONG_TOKEN_KIND;
        }
        return lacksOrganization() ? Denial.ORGANIZATION_MISMATCH : null;
    }
}

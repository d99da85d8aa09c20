package io.scopeguard;

import io.scopeguard.organization.RequestedOrganization;
import io.scopeguard.provider.TokenKind;
import io.scopeguard.scope.ScopeRequirement;
import io.scopeguard.token.AccessToken;
import org.jspecify.annotations.Nullable;

/**
 * What somebody wants to do.
 *
 * @param organization which organization it is about
 * @param requirement the scopes it needs; {@code null} if any valid token will do
 */
public record AccessRequest(
        RequestedOrganization organization, @Nullable ScopeRequirement requirement) {

    /** The kind of token this needs, or {@code null} if any kind will do. */
    public @Nullable TokenKind requiredKind() {
        if (requirement == null) {
            return null;
        }
        if (requirement.audience().isOrganization()) {
            return TokenKind.ORGANIZATION;
        }
        return organization.isBound() ? TokenKind.ORGANIZATION_RESOURCE : TokenKind.RESOURCE;
    }

    /** Whether scopes of an organization are required, and nothing says of which. */
    boolean lacksOrganization() {
        return requirement != null && requirement.audience().isOrganization() && !organization.isBound();
    }

    /** The view of the token that this is judged by, or {@code null} if the token is not for the organization. */
    @Nullable
    AccessToken viewOf(AccessToken token) {
        AccessToken view = organization.viewOf(token);
        return view == null || requirement == null ? view : view.forAudience(requirement.audience());
    }

    boolean takes(AccessToken view) {
        return requirement == null || (requirement.audience().equals(view.audience()) && view.kind() == requiredKind());
    }
}

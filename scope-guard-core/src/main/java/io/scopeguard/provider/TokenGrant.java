package io.scopeguard.provider;

import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The permissions of a token in one place: in one organization, or outside of organizations.
 *
 * @param audience the audience of the scopes
 * @param organization the organization in which the scopes hold, or {@code null} if they hold outside of organizations
 * @param scopes permissions only, without the scopes of OpenID Connect
 * @param roles names of the subject's roles in the organization, or {@code null} if the token carries no such roles
 * @since 0.1
 */
public record TokenGrant(
        Audience audience,
        @Nullable String organization,
        Scopes scopes,
        @Nullable Set<String> roles) {

    /**
     * Copies the roles.
     *
     * @throws IllegalArgumentException if there are scopes of organizations, and no organization is named
     */
    public TokenGrant {
        if (audience.isOrganization() && organization == null && !scopes.isEmpty()) {
            throw new IllegalArgumentException("scopes of organizations need an organization");
        }
        roles = roles == null ? null : Set.copyOf(roles);
    }

    /** A grant of a provider whose tokens carry no roles. */
    public static TokenGrant of(Audience audience, @Nullable String organization, Scopes scopes) {
        return new TokenGrant(audience, organization, scopes, null);
    }
}

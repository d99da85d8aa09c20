package io.scopeguard.provider;

import io.scopeguard.annotation.Internal;
import io.scopeguard.scope.Audience;
import org.jspecify.annotations.Nullable;

/**
 * The kinds of access token of a multi-tenant provider. Each has its own scopes, and none replaces another.
 *
 * @since 0.1
 */
public enum TokenKind {
    /** Scopes of one organization, granted by the subject's roles in it. */
    ORGANIZATION,
    /** Scopes of an API resource, held inside one organization. */
    ORGANIZATION_RESOURCE,
    /** Scopes of an API resource, held outside of organizations. */
    RESOURCE;

    /**
     * The kind of tokens for an audience.
     *
     * @param organization {@code null} for tokens outside of organizations
     * @hidden
     */
    @Internal
    public static TokenKind of(Audience audience, @Nullable String organization) {
        if (audience.isOrganization()) {
            return ORGANIZATION;
        }
        return organization == null ? RESOURCE : ORGANIZATION_RESOURCE;
    }
}

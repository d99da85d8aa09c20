package io.scopeguard.provider;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The content of a token, independent of the provider.
 *
 * @param subject the user, or the application on its own behalf
 * @param clientId the application that the token was issued to
 * @param actor the party that acts for the subject (RFC 8693 {@code act.sub}), or {@code null} if there is none
 * @param id the token's own id ({@code jti}), if it has one
 * @param grants the permissions of the token: one grant for each organization and audience, and one without an organization if the
 *     token states what is permitted outside of organizations, even if that is nothing; at least one
 * @param globalRoles names of the subject's roles outside of organizations, or {@code null} if the token carries no such roles
 * @since 0.1
 */
public record TokenContent(
        Subject subject,
        String clientId,
        @Nullable String actor,
        @Nullable String id,
        List<TokenGrant> grants,
        @Nullable Set<String> globalRoles) {

    /**
     * Copies the collections.
     *
     * @throws IllegalArgumentException if there is no grant
     */
    public TokenContent {
        grants = List.copyOf(grants);
        globalRoles = globalRoles == null ? null : Set.copyOf(globalRoles);
        if (grants.isEmpty()) {
            throw new IllegalArgumentException("a token has at least one grant");
        }
    }

    /** The content of a token that carries no global roles. */
    public TokenContent(
            Subject subject, String clientId, @Nullable String actor, @Nullable String id, List<TokenGrant> grants) {
        this(subject, clientId, actor, id, grants, null);
    }
}

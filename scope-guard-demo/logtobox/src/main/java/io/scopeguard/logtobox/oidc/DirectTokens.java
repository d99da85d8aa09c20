package io.scopeguard.logtobox.oidc;

import io.scopeguard.logtobox.directory.Directory;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Issues access tokens like the token endpoint, but without a sign-in. */
public final class DirectTokens {

    private final AccessTokens tokens;
    private final UserAccess access;

    DirectTokens(AccessTokens tokens, Directory directory) {
        this.tokens = tokens;
        this.access = new UserAccess(directory);
    }

    /**
     * A user's token for an organization.
     *
     * @throws IllegalStateException if the user is not an active member, or does not hold one of the scopes
     */
    public String organizationToken(String user, String client, String organization, List<String> scopes) {
        check(user, organization);
        return complete(
                tokens.forOrganization(parties(user, client), organization, new LinkedHashSet<>(scopes)), user, scopes);
    }

    /**
     * A user's token for an API resource.
     *
     * @param organization {@code null} for a token outside of organizations
     * @throws IllegalStateException if the user is not active, or does not hold one of the scopes
     */
    public String resourceToken(
            String user, String client, String indicator, @Nullable String organization, List<String> scopes) {
        check(user, organization);
        return complete(
                tokens.forResource(parties(user, client), indicator, organization, new LinkedHashSet<>(scopes), null),
                user,
                scopes);
    }

    private static AccessTokens.Parties parties(String user, String client) {
        return new AccessTokens.Parties(user, client, null);
    }

    private void check(String user, @Nullable String organization) {
        try {
            access.requireActive(user);
            if (organization != null) {
                access.requireMembership(organization, user);
            }
        } catch (OidcException e) {
            throw new IllegalStateException(
                    "No token can be issued: '" + user + "' is not an active user"
                            + (organization == null ? "" : " and member of '" + organization + "'")
                            + ". LogtoBox.addMember makes one.",
                    e);
        }
    }

    private static String complete(AccessTokens.Issued issued, String user, List<String> scopes) {
        Set<String> missing = new LinkedHashSet<>(scopes);
        missing.removeAll(ScopeNames.split(issued.scope()));
        if (!missing.isEmpty()) {
            throw new IllegalStateException("No token can be issued: '" + user + "' does not hold " + missing
                    + ". LogtoBox.addMember grants scopes.");
        }
        return issued.value();
    }
}

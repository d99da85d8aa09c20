package io.scopeguard.logto;

import io.scopeguard.provider.http.PathTemplate;
import io.scopeguard.scope.Audience;
import io.scopeguard.token.InvalidTokenException;
import io.scopeguard.token.InvalidTokenException.Reason;
import io.scopeguard.token.TokenLayout;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Logto's three shapes of access token: the audience of an organization token names the organization, that of the others is
 * the resource, and {@code organization_id} says in which organization, if in any.
 */
final class LogtoTokenLayout implements TokenLayout {

    private static final String ORGANIZATION_AUDIENCE = "urn:logto:organization:";
    private static final String LOGTO_SCOPES = "urn:logto:scope:";

    private final Set<String> resources;

    LogtoTokenLayout(Collection<Audience> resources) {
        this.resources = resources.stream().map(Audience::value).collect(Collectors.toUnmodifiableSet());
    }

    @Override
    public Context read(List<String> audience, Map<String, Object> claims) {
        String organization = organizationClaim(claims);
        checkId("sub", claims.get("sub"));
        // Logto names one audience. A token for several would carry its scopes into places they were not issued for.
        String only = audience.size() == 1 ? audience.get(0) : "";
        if (only.startsWith(ORGANIZATION_AUDIENCE) && only.length() > ORGANIZATION_AUDIENCE.length()) {
            String id = only.substring(ORGANIZATION_AUDIENCE.length());
            checkId("aud", id);
            return organizationToken(id, organization);
        }
        if (resources.contains(only)) {
            return new Context(Audience.resource(only), organization);
        }
        throw new InvalidTokenException(
                Reason.WRONG_AUDIENCE,
                "The token is for another audience: it must be exactly one that this API takes.");
    }

    @Override
    public boolean isPermission(String scope) {
        return TokenLayout.super.isPermission(scope) && !scope.startsWith(LOGTO_SCOPES);
    }

    /** A custom claims script at Logto can add the claim to any token; the audience it cannot touch. */
    private static Context organizationToken(String organization, @Nullable String claimed) {
        if (claimed != null && !claimed.equals(organization)) {
            throw new InvalidTokenException(
                    Reason.CONFLICTING_ORGANIZATION,
                    "The token's audience and organization_id name different organizations.");
        }
        return new Context(Audience.ORGANIZATION, organization);
    }

    /** Ids become segments of paths. One that cannot, however it is encoded, is none that Logto gives. */
    private static void checkId(String claim, @Nullable Object value) {
        if (value instanceof String id && !PathTemplate.canBeSegment(id)) {
            throw new InvalidTokenException(Reason.INVALID_CLAIM, "The token's claim " + claim + " contains no id.");
        }
    }

    private static @Nullable String organizationClaim(Map<String, Object> claims) {
        Object claim = claims.get("organization_id");
        if (claim == null) {
            return null;
        }
        if (claim instanceof String id && !id.isEmpty()) {
            checkId("organization_id", id);
            return id;
        }
        throw new InvalidTokenException(Reason.INVALID_CLAIM, "The token's claim organization_id is not a string.");
    }
}

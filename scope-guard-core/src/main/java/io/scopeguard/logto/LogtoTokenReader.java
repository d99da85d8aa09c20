package io.scopeguard.logto;

import io.scopeguard.provider.InvalidTokenException;
import io.scopeguard.provider.InvalidTokenException.Reason;
import io.scopeguard.provider.Subject;
import io.scopeguard.provider.TokenClaims;
import io.scopeguard.provider.TokenContent;
import io.scopeguard.provider.TokenGrant;
import io.scopeguard.provider.TokenReader;
import io.scopeguard.provider.http.PathTemplate;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads Logto's three kinds of access token. The audience of an organization token names the organization; the audience of the
 * other kinds is the resource, and {@code organization_id} names the organization, if there is one. If {@code sub} and
 * {@code client_id} are equal, an application acts on its own behalf. Access tokens carry roles only if a custom claims script adds
 * them, in the form that they have in ID tokens ({@link RoleClaims}).
 */
final class LogtoTokenReader implements TokenReader {

    private static final String ORGANIZATION_AUDIENCE = "urn:logto:organization:";
    private static final String LOGTO_SCOPES = "urn:logto:scope:";

    private final Set<String> resources;

    LogtoTokenReader(Collection<Audience> resources) {
        this.resources = resources.stream().map(Audience::value).collect(Collectors.toUnmodifiableSet());
    }

    @Override
    public Set<String> types() {
        return Set.of("at+jwt");
    }

    @Override
    public TokenContent read(TokenClaims claims) {
        if (!claims.has("client_id")) {
            throw new InvalidTokenException(
                    Reason.NOT_AN_ACCESS_TOKEN, "Not an access token: an access token has a client_id.");
        }
        TokenGrant grant = grant(claims);
        String sub = claims.text("sub");
        String client = claims.text("client_id");
        Subject.Type type = sub.equals(client) ? Subject.Type.APPLICATION : Subject.Type.USER;
        return new TokenContent(
                new Subject(type, sub),
                client,
                claims.actor(),
                claims.text("jti"),
                List.of(grant),
                RoleClaims.global(claims));
    }

    @Override
    public boolean canShow(String permission) {
        return isPermission(permission);
    }

    /** Whether a name in {@code scope} is that of a permission. Others request claims, and Logto allows permissions like them. */
    static boolean isPermission(String scope) {
        return !TokenClaims.isOpenIdScope(scope) && !scope.startsWith(LOGTO_SCOPES);
    }

    private TokenGrant grant(TokenClaims claims) {
        Scopes scopes = claims.scopes().where(LogtoTokenReader::isPermission);
        String organization = claims.textIfPresent("organization_id");
        checkId("organization_id", organization);
        checkId("sub", claims.textIfPresent("sub"));
        // Logto names one audience. With several, the scopes would count for audiences that they were not issued for.
        List<String> audience = claims.audience();
        String only = audience.size() == 1 ? audience.get(0) : "";
        if (only.startsWith(ORGANIZATION_AUDIENCE) && only.length() > ORGANIZATION_AUDIENCE.length()) {
            String id = only.substring(ORGANIZATION_AUDIENCE.length());
            checkId("aud", id);
            checkSame(id, organization);
            return new TokenGrant(Audience.ORGANIZATION, id, scopes, RoleClaims.in(id, claims));
        }
        if (resources.contains(only)) {
            Set<String> roles = organization == null ? null : RoleClaims.in(organization, claims);
            return new TokenGrant(Audience.resource(only), organization, scopes, roles);
        }
        throw new InvalidTokenException(
                Reason.WRONG_AUDIENCE,
                "The token is for another audience: it must be exactly one that this API takes.");
    }

    /** A custom claims script at Logto can add the claim to any token, but cannot change the audience. */
    private static void checkSame(String organization, @Nullable String claimed) {
        if (claimed != null && !claimed.equals(organization)) {
            throw new InvalidTokenException(
                    Reason.CONFLICTING_ORGANIZATION,
                    "The token's audience and organization_id name different organizations.");
        }
    }

    /** Ids become segments of paths. Logto never generates an id that cannot be encoded as a segment. */
    private static void checkId(String claim, @Nullable String id) {
        if (id != null && !PathTemplate.canBeSegment(id)) {
            throw new InvalidTokenException(Reason.INVALID_CLAIM, "The token's claim " + claim + " contains no id.");
        }
    }
}

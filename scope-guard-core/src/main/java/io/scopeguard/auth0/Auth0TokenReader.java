package io.scopeguard.auth0;

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
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads Auth0's access tokens. The Auth0 profile has the type {@code JWT}, names the client in {@code azp} and has no
 * {@code jti}; the RFC 9068 profile has the type {@code at+jwt} and a {@code client_id}. A token is for one API and for one
 * organization or none. Beside the API, the audience contains the tenant's {@code /userinfo} if the sign-in requested
 * {@code openid}.
 */
final class Auth0TokenReader implements TokenReader {

    /** The suffix that Auth0 adds to a client id to form the {@code sub} of a client's own token. */
    private static final String MACHINE = "@clients";

    private static final String CLIENT_CREDENTIALS = "client-credentials";

    private final Set<String> resources;
    private final Set<String> userInfo;
    private final TokenScopes source;
    private final @Nullable String rolesClaim;

    /**
     * @param issuers the accepted issuers, each with a slash at the end
     * @param resources the API's own resources
     * @param source which claim contains the scopes
     * @param rolesClaim the claim that an Action fills with the names of the user's roles; {@code null} if there is none
     */
    Auth0TokenReader(
            Collection<String> issuers,
            Collection<Audience> resources,
            TokenScopes source,
            @Nullable String rolesClaim) {
        this.resources = resources.stream().map(Audience::value).collect(Collectors.toUnmodifiableSet());
        this.userInfo = issuers.stream().map(issuer -> issuer + "userinfo").collect(Collectors.toUnmodifiableSet());
        this.source = source;
        this.rolesClaim = rolesClaim;
    }

    @Override
    public Set<String> types() {
        return Set.of("jwt", "at+jwt");
    }

    @Override
    public TokenContent read(TokenClaims claims) {
        String client = client(claims);
        Audience audience = audience(claims.audience());
        Subject subject = subject(claims, client);
        String organization = organization(claims);
        Set<String> roles = roles(claims);
        TokenGrant grant = new TokenGrant(audience, organization, scopes(claims), organization == null ? null : roles);
        return new TokenContent(
                subject,
                client,
                claims.actor(),
                claims.textIfPresent("jti"),
                List.of(grant),
                organization == null ? roles : null);
    }

    @Override
    public boolean canShow(String permission) {
        return source.canShow(permission);
    }

    private static String client(TokenClaims claims) {
        if (!claims.has("client_id") && !claims.has("azp")) {
            throw new InvalidTokenException(
                    Reason.NOT_AN_ACCESS_TOKEN,
                    "Not an access token: an access token of Auth0 names its client in azp or client_id.");
        }
        String client = claims.text(claims.has("client_id") ? "client_id" : "azp");
        if (claims.has("azp") && !claims.text("azp").equals(client)) {
            throw invalid("The token's claims client_id and azp name different clients.");
        }
        return client;
    }

    private Audience audience(List<String> audience) {
        List<String> others = new ArrayList<>(audience);
        others.removeIf(userInfo::contains);
        if (others.size() == 1 && resources.contains(others.get(0))) {
            return Audience.resource(others.get(0));
        }
        throw new InvalidTokenException(
                Reason.WRONG_AUDIENCE,
                "The token is for another audience: request it with the identifier of this API as the audience.");
    }

    /** In client credentials tokens, {@code sub} is made from the client's id. The ids of users contain a vertical bar. */
    private static Subject subject(TokenClaims claims, String client) {
        String sub = claims.text("sub");
        boolean isMachine = sub.equals(client) || sub.equals(client + MACHINE);
        if (isGrantOfMachine(claims) && !isMachine) {
            throw invalid("The token was requested by a client for itself, and its claim sub is not this client.");
        }
        String id = isMachine ? client : sub;
        checkId("sub", id);
        return new Subject(isMachine ? Subject.Type.APPLICATION : Subject.Type.USER, id);
    }

    /** The grant type is a string, or a list of the grants that led to the token: after a refresh, also that of the sign-in. */
    private static boolean isGrantOfMachine(TokenClaims claims) {
        Object type = claims.asMap().get("gty");
        return CLIENT_CREDENTIALS.equals(type)
                || (type instanceof Collection<?> types && types.contains(CLIENT_CREDENTIALS));
    }

    private static @Nullable String organization(TokenClaims claims) {
        String organization = claims.textIfPresent("org_id");
        if (organization != null) {
            checkId("org_id", organization);
        }
        return organization;
    }

    /** The roles of the member if the user signed in through an organization, otherwise the roles that the user holds directly. */
    private @Nullable Set<String> roles(TokenClaims claims) {
        return rolesClaim == null || !claims.has(rolesClaim) ? null : Set.copyOf(claims.strings(rolesClaim));
    }

    private Scopes scopes(TokenClaims claims) {
        if (source == TokenScopes.SCOPE) {
            return claims.scopes();
        }
        if (!claims.has("permissions")) {
            throw invalid(
                    "The token has no claim permissions: the API's setting Add Permissions in the Access Token is off.");
        }
        return Scopes.ofTokens(claims.strings("permissions"));
    }

    /** Ids become segments of paths. */
    private static void checkId(String claim, String id) {
        if (!PathTemplate.canBeSegment(id)) {
            throw invalid("The token's claim " + claim + " contains no id.");
        }
    }

    private static InvalidTokenException invalid(String description) {
        return new InvalidTokenException(Reason.INVALID_CLAIM, description);
    }
}

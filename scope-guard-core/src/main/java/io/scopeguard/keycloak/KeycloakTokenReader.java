package io.scopeguard.keycloak;

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
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Reads Keycloak's access tokens. The {@code organization} claim names the organizations of the token, each with the roles held
 * there; {@code resource_access}, or {@code scope}, contains the scopes outside of organizations. Keycloak names every role that
 * the client may see, so the absence of a role is a statement. Thread-safe.
 */
final class KeycloakTokenReader implements TokenReader {

    private static final String ORGANIZATION = "organization";
    private static final String RESOURCE_ACCESS = "resource_access";
    private static final String REALM_ACCESS = "realm_access";
    private static final String SERVICE_ACCOUNT = "service-account-";

    private static final String AS_WRITTEN = "as Keycloak writes it";
    private static final TokenClaims NOTHING = new TokenClaims(Map.of());

    private static final Set<String> TYPES = Set.of("jwt", "at+jwt");

    /** Keycloak's own client scopes, beside those of OpenID Connect: they request claims, and permit nothing. */
    private static final Set<String> OWN_SCOPES =
            Set.of("roles", "web-origins", "acr", "basic", "microprofile-jwt", "service_account", ORGANIZATION);

    private final Map<Audience, String> clients;
    private final OrganizationIdentifier identifier;
    private final GlobalScopes globalScopes;
    private final boolean readsRealmRoles;

    /**
     * @param clients the API's own resources, each with the client whose roles are its scopes
     * @param readsRealmRoles whether realm roles can be required by name, as the clients' roles can
     */
    KeycloakTokenReader(
            Map<Audience, String> clients,
            OrganizationIdentifier identifier,
            GlobalScopes globalScopes,
            boolean readsRealmRoles) {
        this.clients = Map.copyOf(clients);
        this.identifier = identifier;
        this.globalScopes = globalScopes;
        this.readsRealmRoles = readsRealmRoles;
    }

    @Override
    public Set<String> types() {
        return TYPES;
    }

    @Override
    public TokenContent read(TokenClaims claims) {
        checkType(claims);
        if (!claims.has("sub")) {
            throw new InvalidTokenException(
                    Reason.NOT_AN_ACCESS_TOKEN,
                    "The token does not name its subject: it may be a lightweight access token. Switch off 'Always use"
                            + " lightweight access token' for the client at Keycloak.");
        }
        String client = claims.text("azp");
        String user = id("sub", claims.text("sub"));
        Subject.Type type = isServiceAccount(claims, client) ? Subject.Type.APPLICATION : Subject.Type.USER;
        return new TokenContent(
                new Subject(type, user),
                client,
                claims.actor(),
                claims.textIfPresent("jti"),
                grants(claims),
                roles(RESOURCE_ACCESS, claims));
    }

    /** ID tokens, refresh tokens and logout tokens have the same header. */
    private static void checkType(TokenClaims claims) {
        if (!"Bearer".equals(claims.textIfPresent("typ"))) {
            throw new InvalidTokenException(
                    Reason.NOT_AN_ACCESS_TOKEN,
                    "Not an access token: the claim typ is not Bearer. Send the access_token, not the id_token or the"
                            + " refresh_token.");
        }
    }

    /** Whether an application acts for itself. The name alone does not prove it, because a person can choose any name. */
    private static boolean isServiceAccount(TokenClaims claims, String client) {
        if (!claims.has("client_id") || claims.has("sid")) {
            return false;
        }
        String name = claims.textIfPresent("preferred_username");
        return name == null || name.equals(SERVICE_ACCOUNT + client.toLowerCase(Locale.ROOT));
    }

    private List<TokenGrant> grants(TokenClaims claims) {
        List<TokenGrant> grants = new ArrayList<>();
        Map<String, TokenClaims> organizations = organizations(claims);
        List<String> named = claims.audience();
        clients.forEach((audience, client) -> {
            if (named.contains(audience.value()) || named.contains(client)) {
                organizations.forEach((organization, held) -> grants.add(grant(audience, client, organization, held)));
                // A token for organizations also states what is held outside of them, even if that is nothing.
                grants.add(TokenGrant.of(audience, null, global(claims, client)));
            }
        });
        if (grants.isEmpty()) {
            throw new InvalidTokenException(
                    Reason.WRONG_AUDIENCE,
                    "The token is for another audience: its aud does not contain this API. Add an audience mapper for it to the"
                            + " client, or to one of its client scopes, at Keycloak.");
        }
        return grants;
    }

    /** A list of organizations contains nothing about roles. An object does, also for a member without roles. */
    private TokenGrant grant(Audience audience, String client, String organization, TokenClaims held) {
        return new TokenGrant(
                audience,
                organization,
                Scopes.ofTokens(clientRoles(ORGANIZATION, held, client)),
                held == NOTHING ? null : roles(ORGANIZATION, held));
    }

    /** The names of all roles that can be required: those of the API's clients, and the realm's. */
    private Set<String> roles(String claim, TokenClaims holder) {
        Set<String> roles = new HashSet<>();
        clients.values().forEach(client -> roles.addAll(clientRoles(claim, holder, client)));
        if (readsRealmRoles && holder.has(REALM_ACCESS)) {
            roles.addAll(names(claim, object(claim, holder, REALM_ACCESS)));
        }
        return roles;
    }

    private Scopes global(TokenClaims claims, String client) {
        return globalScopes == GlobalScopes.ROLES
                ? Scopes.ofTokens(clientRoles(RESOURCE_ACCESS, claims, client))
                : claims.scopes().where(KeycloakTokenReader::isPermission);
    }

    private static boolean isPermission(String scope) {
        return !OWN_SCOPES.contains(scope) && !scope.startsWith(ORGANIZATION + ":");
    }

    /**
     * The organizations that a token is for, by identifier. The claim is a list of aliases, or an object with details of each
     * organization.
     */
    private Map<String, TokenClaims> organizations(TokenClaims claims) {
        Map<String, TokenClaims> organizations = new LinkedHashMap<>();
        if (claims.asMap().get(ORGANIZATION) instanceof List<?>) {
            claims.strings(ORGANIZATION).forEach(alias -> organizations.put(identify(alias, NOTHING), NOTHING));
            return organizations;
        }
        TokenClaims named = claims.object(ORGANIZATION);
        if (named != null) {
            for (String alias : named.asMap().keySet()) {
                TokenClaims organization = object(ORGANIZATION, named, alias);
                organizations.put(identify(alias, organization), organization);
            }
        }
        return organizations;
    }

    private String identify(String alias, TokenClaims organization) {
        if (identifier == OrganizationIdentifier.ALIAS) {
            return id(ORGANIZATION, alias);
        }
        if (!organization.has("id")) {
            throw new InvalidTokenException(
                    Reason.INVALID_CLAIM,
                    "The token names its organization by alias only. Switch on 'Add organization id' in the organization mapper"
                            + " at Keycloak.");
        }
        return id(ORGANIZATION, organization.text("id"));
    }

    /** The names of a client's roles: {@code resource_access.<client>.roles}. */
    private static List<String> clientRoles(String claim, TokenClaims holder, String client) {
        if (!holder.has(RESOURCE_ACCESS)) {
            return List.of();
        }
        TokenClaims access = object(claim, holder, RESOURCE_ACCESS);
        return access.has(client) ? names(claim, object(claim, access, client)) : List.of();
    }

    private static List<String> names(String claim, TokenClaims access) {
        try {
            return access.strings("roles");
        } catch (InvalidTokenException e) {
            throw TokenClaims.invalid(claim, AS_WRITTEN);
        }
    }

    /** An attribute of an organization with the same name would replace the expected claim. */
    private static TokenClaims object(String claim, TokenClaims holder, String name) {
        try {
            TokenClaims object = holder.object(name);
            if (object != null) {
                return object;
            }
        } catch (InvalidTokenException e) {
            // The name is not one of the token's claims, and may be an organization's: name the claim instead.
        }
        throw TokenClaims.invalid(claim, AS_WRITTEN);
    }

    /** Ids and aliases become parts of paths and of searches. */
    private static String id(String claim, String value) {
        if (!PathTemplate.canBeSegment(value) || value.chars().anyMatch(c -> c == '"' || Character.isWhitespace(c))) {
            throw TokenClaims.invalid(claim, "an id");
        }
        return value;
    }
}

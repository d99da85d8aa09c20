package io.scopeguard.auth0;

import static io.scopeguard.auth0.Auth0ManagementApi.encode;

import io.scopeguard.provider.Account;
import io.scopeguard.provider.Answer;
import io.scopeguard.provider.CallContext;
import io.scopeguard.provider.Grants;
import io.scopeguard.provider.Membership;
import io.scopeguard.provider.Standing;
import io.scopeguard.provider.http.Json;
import io.scopeguard.provider.http.PathTemplate;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;

/**
 * The permissions of applications. They hold no roles: a client grant determines which scopes of an API they can request, and
 * whether in an organization. Thread-safe.
 */
final class Auth0Machines {

    private final Auth0ManagementApi api;
    private final Predicate<Audience> isOwn;

    /** @param isOwn whether an API belongs to this resource server */
    Auth0Machines(Auth0ManagementApi api, Predicate<Audience> isOwn) {
        this.api = api;
        this.isOwn = isOwn;
    }

    Answer<Membership> membership(String client, String organization, CallContext context) {
        List<ClientGrant> grants = grantsOf(client, context);
        boolean areLimited = grants.stream().anyMatch(ClientGrant::isForListedOrganizations);
        Set<String> here = areLimited ? grantsIn(organization, client, context) : Set.of();
        Map<Audience, Scopes> scopes = scopes(grants, grant -> grant.countsIn(here));
        // Bare lists are not explicit: a faulty provider returns the same.
        return scopes.isEmpty()
                ? Answer.implicit(Membership.none(Standing.NOT_A_MEMBER))
                : Answer.explicit(Membership.of(new Grants(Set.of(), scopes)));
    }

    /** Scopes outside of organizations. A deleted client has no grants. */
    Answer<Account> account(String client, CallContext context) {
        Map<Audience, Scopes> scopes = scopes(grantsOf(client, context), ClientGrant::countsWithoutOrganization);
        return new Answer<>(new Account(Standing.ACTIVE, new Grants(Set.of(), scopes)), !scopes.isEmpty());
    }

    private List<ClientGrant> grantsOf(String client, CallContext context) {
        List<Optional<ClientGrant>> listed = api.list(
                        Listing.byCheckpoint(
                                "client-grants", "/client-grants?client_id=" + encode(client), "client_grants"),
                        context,
                        ClientGrant::of)
                .orElseThrow(Json::malformed);
        return listed.stream()
                .flatMap(Optional::stream)
                .filter(grant -> isOwn.test(grant.audience))
                .toList();
    }

    private Set<String> grantsIn(String organization, String client, CallContext context) {
        return api.list(
                        Listing.numbered(
                                "organization-client-grants",
                                PathTemplate.path("/organizations/{}/client-grants", organization) + "?client_id="
                                        + encode(client),
                                "client_grants"),
                        context,
                        grant -> Json.text(grant, "id"))
                .<Set<String>>map(HashSet::new)
                .orElse(Set.of());
    }

    private static Map<Audience, Scopes> scopes(List<ClientGrant> grants, Predicate<ClientGrant> counts) {
        Map<Audience, Scopes> scopes = new HashMap<>();
        grants.stream().filter(counts).forEach(grant -> scopes.merge(grant.audience, grant.scopes, Scopes::or));
        return scopes;
    }

    /**
     * A client grant.
     *
     * @param usage {@code deny}, {@code allow} or {@code require}: whether tokens may be for an organization
     * @param isForAny whether the grant applies to all organizations
     */
    private record ClientGrant(String id, Audience audience, Scopes scopes, String usage, boolean isForAny) {

        /** Empty if the grant is for users' tokens, or for an API that cannot be one of ours. */
        static Optional<ClientGrant> of(JsonNode grant) {
            if (grant.path("subject_type").asString("client").equals("user")) {
                return Optional.empty();
            }
            return Auth0Roles.audience(Json.text(grant, "audience"))
                    .map(audience -> new ClientGrant(
                            Json.text(grant, "id"),
                            audience,
                            Scopes.ofTokens(Json.items(grant, "scope", scope -> scope.asString(""))),
                            grant.path("organization_usage").asString("deny"),
                            grant.path("allow_any_organization").asBoolean(false)));
        }

        boolean isForListedOrganizations() {
            return !usage.equals("deny") && !isForAny;
        }

        boolean countsIn(Set<String> listed) {
            return !usage.equals("deny") && (isForAny || listed.contains(id));
        }

        boolean countsWithoutOrganization() {
            return !usage.equals("require");
        }
    }
}

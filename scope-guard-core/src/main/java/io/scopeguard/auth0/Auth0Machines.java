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
    private final Auth0Apis apis;

    Auth0Machines(Auth0ManagementApi api, Auth0Apis apis) {
        this.api = api;
        this.apis = apis;
    }

    Answer<Membership> membership(String client, String organization, CallContext context) {
        List<ClientGrant> grants = grantsOf(client, context);
        boolean areLimited = grants.stream().anyMatch(ClientGrant::isForListedOrganizations);
        Set<String> here = areLimited ? grantsIn(organization, client, context) : Set.of();
        Map<Audience, Scopes> scopes = scopes(grants, grant -> grant.countsIn(here), context);
        // Bare lists are not explicit: a faulty provider returns the same.
        return scopes.isEmpty()
                ? Answer.implicit(Membership.none(Standing.NOT_A_MEMBER))
                : Answer.explicit(Membership.of(new Grants(Set.of(), scopes)));
    }

    /** Scopes outside of organizations. A deleted client has no grants. */
    Answer<Account> account(String client, CallContext context) {
        Map<Audience, Scopes> scopes =
                scopes(grantsOf(client, context), ClientGrant::countsWithoutOrganization, context);
        return new Answer<>(new Account(Standing.ACTIVE, new Grants(Set.of(), scopes)), !scopes.isEmpty());
    }

    private List<ClientGrant> grantsOf(String client, CallContext context) {
        List<Optional<ClientGrant>> listed = api.list(
                        Listing.byCheckpoint(
                                "client-grants", "/client-grants?client_id=" + encode(client), "client_grants"),
                        context,
                        grant -> ClientGrant.of(grant, apis::isOwn))
                .orElseThrow(Json::malformed);
        return listed.stream().flatMap(Optional::stream).toList();
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

    private Map<Audience, Scopes> scopes(List<ClientGrant> grants, Predicate<ClientGrant> counts, CallContext context) {
        Map<Audience, Scopes> scopes = new HashMap<>();
        grants.stream()
                .filter(counts)
                .forEach(grant -> scopes.merge(grant.audience, scopesOf(grant, context), Scopes::or));
        return scopes;
    }

    private Scopes scopesOf(ClientGrant grant, CallContext context) {
        return grant.isForAllScopes ? apis.scopesOf(grant.audience, context) : grant.scopes;
    }

    /**
     * A client grant for one of our APIs.
     *
     * @param scopes the listed scopes; none if the grant is for all
     * @param isForAllScopes whether the grant is for all scopes that the API has
     * @param usage {@code deny}, {@code allow} or {@code require}: whether tokens may be for an organization
     * @param isForAny whether the grant applies to all organizations
     */
    private record ClientGrant(
            String id, Audience audience, Scopes scopes, boolean isForAllScopes, String usage, boolean isForAny) {

        /** Empty if the grant is for users' tokens, or for another API. */
        static Optional<ClientGrant> of(JsonNode grant, Predicate<Audience> isOwn) {
            if (grant.path("subject_type").asString("client").equals("user")) {
                return Optional.empty();
            }
            return Auth0Roles.audience(Json.text(grant, "audience"))
                    .filter(isOwn)
                    .map(audience -> new ClientGrant(
                            Json.text(grant, "id"),
                            audience,
                            listed(grant),
                            grant.path("allow_all_scopes").asBoolean(false),
                            grant.path("organization_usage").asString("deny"),
                            grant.path("allow_any_organization").asBoolean(false)));
        }

        /** Auth0 may leave out the list if it is empty. */
        private static Scopes listed(JsonNode grant) {
            return grant.hasNonNull("scope")
                    ? Scopes.ofTokens(Json.items(grant, "scope", scope -> scope.asString("")))
                    : Scopes.none();
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

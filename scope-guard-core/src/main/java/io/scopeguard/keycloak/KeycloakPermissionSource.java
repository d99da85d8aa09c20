package io.scopeguard.keycloak;

import static io.scopeguard.provider.http.PathTemplate.path;

import io.scopeguard.keycloak.Organizations.Organization;
import io.scopeguard.provider.Account;
import io.scopeguard.provider.Answer;
import io.scopeguard.provider.CallContext;
import io.scopeguard.provider.DefinitionsKey;
import io.scopeguard.provider.Grants;
import io.scopeguard.provider.Membership;
import io.scopeguard.provider.PermissionSource;
import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.provider.PermissionsUnavailableException.Reason;
import io.scopeguard.provider.ProviderTraits;
import io.scopeguard.provider.RefreshDelivery;
import io.scopeguard.provider.RoleDefinition;
import io.scopeguard.provider.RoleScopes;
import io.scopeguard.provider.SettingRefusedException;
import io.scopeguard.provider.Standing;
import io.scopeguard.provider.Subject;
import io.scopeguard.provider.TokenKind;
import io.scopeguard.provider.http.Json;
import io.scopeguard.role.RoleKind;
import io.scopeguard.scope.Audience;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The facts about subjects, from Keycloak's Admin API. A member costs two calls: one shows that the user is a member and enabled,
 * the other shows the groups. A service account is a user as well, and is read in the same way. Thread-safe.
 */
final class KeycloakPermissionSource implements PermissionSource {

    private static final int CONFIRMATION_CALLS = 3;

    private final AdminApi api;
    private final Organizations organizations;
    private final KeycloakRoles roles;
    private final List<ApiClient> clients;
    private final @Nullable RealmRoles realmRoles;
    private final ProviderTraits traits;

    KeycloakPermissionSource(
            AdminApi api,
            Organizations organizations,
            KeycloakRoles roles,
            List<ApiClient> clients,
            @Nullable RealmRoles realmRoles,
            GlobalScopes globalScopes) {
        this.api = api;
        this.organizations = organizations;
        this.roles = roles;
        this.clients = clients;
        this.realmRoles = realmRoles;
        this.traits = traits(globalScopes);
    }

    /**
     * Roles are computed for each new token. The scope claim is limited to the scopes that the sign-in requested and the user held
     * at that time, and also names client scopes that are no roles.
     */
    private static ProviderTraits traits(GlobalScopes globalScopes) {
        boolean isByRole = globalScopes == GlobalScopes.ROLES;
        return new ProviderTraits(
                AdminApi.PAGE_SIZE,
                false,
                false,
                CONFIRMATION_CALLS,
                isByRole
                        ? Set.of(TokenKind.ORGANIZATION_RESOURCE, TokenKind.RESOURCE)
                        : Set.of(TokenKind.ORGANIZATION_RESOURCE),
                Set.of(TokenKind.RESOURCE),
                Set.of(),
                isByRole ? Set.of() : Set.of(TokenKind.RESOURCE),
                Map.of(
                        TokenKind.ORGANIZATION_RESOURCE,
                        RefreshDelivery.ALWAYS,
                        TokenKind.RESOURCE,
                        isByRole ? RefreshDelivery.ALWAYS : RefreshDelivery.NEVER),
                Duration.ZERO);
    }

    @Override
    public ProviderTraits traits() {
        return traits;
    }

    @Override
    public DefinitionsKey organizationRoles(String organization) {
        return KeycloakRoles.groupsOf(organization);
    }

    @Override
    public Answer<Membership> membership(Subject subject, String organization, CallContext context) {
        return usable(() -> {
            Optional<Organization> found = organizations.find(organization, context);
            return member(subject.id(), found, context)
                    .orElseGet(() -> Answer.implicit(Membership.none(Standing.NOT_A_MEMBER)));
        });
    }

    @Override
    public Answer<Membership> confirmMembership(Subject subject, String organization, CallContext context) {
        return usable(() -> {
            Optional<Organization> found = organizations.find(organization, context);
            return member(subject.id(), found, context)
                    .map(KeycloakPermissionSource::confirmed)
                    .orElseGet(() -> Answer.explicit(Membership.none(absence(subject.id(), found, context))));
        });
    }

    /** If the member was found, an empty list of groups is an explicit answer about it. */
    private static Answer<Membership> confirmed(Answer<Membership> answer) {
        return answer.value().standing() == Standing.ACTIVE ? Answer.explicit(answer.value()) : answer;
    }

    @Override
    public Answer<Account> account(Subject subject, CallContext context) {
        return usable(() -> {
            Standing standing = standing(subject.id(), context);
            return subject.type() == Subject.Type.APPLICATION
                    ? serviceAccount(subject.id(), standing, context)
                    : Answer.explicit(Account.ofStanding(standing));
        });
    }

    private Answer<Account> serviceAccount(String user, Standing standing, CallContext context) {
        if (standing != Standing.ACTIVE) {
            return Answer.explicit(new Account(standing, Grants.none()));
        }
        return grants(user, context)
                .map(held -> new Answer<>(new Account(standing, held), !held.isEmpty()))
                .orElseGet(KeycloakPermissionSource::unknownAccount);
    }

    @Override
    public Answer<Account> globalGrants(Subject subject, CallContext context) {
        return usable(() -> grants(subject.id(), context)
                .map(held -> new Answer<>(Account.ofGrants(held), !held.isEmpty()))
                .orElseGet(KeycloakPermissionSource::unknownAccount));
    }

    @Override
    public Map<String, RoleDefinition> definitions(DefinitionsKey key, CallContext context) {
        return usable(() -> roles.definitions(key, context));
    }

    @Override
    public Optional<RoleScopes> roleScopes(DefinitionsKey key, String role, Audience audience, CallContext context) {
        return usable(() -> roles.scopesOf(key, role, audience, context));
    }

    /** Groups of any organization may have any role of the API's clients and of the realm. */
    @Override
    public Set<String> roleNames(RoleKind kind, CallContext context) {
        return PermissionSource.super.roleNames(RoleKind.GLOBAL, context);
    }

    private static <T> T usable(Supplier<T> reading) {
        try {
            return reading.get();
        } catch (SettingRefusedException e) {
            throw new PermissionsUnavailableException(Reason.REFUSED, "Keycloak refuses our own settings.");
        }
    }

    /**
     * Reads a member.
     *
     * @return empty if the user is not a member
     */
    private Optional<Answer<Membership>> member(String user, Optional<Organization> found, CallContext context) {
        if (found.isEmpty() || !found.get().isEnabled()) {
            // A search without a result is not explicit, but the state of an organization is.
            return Optional.of(new Answer<>(Membership.none(Standing.ORGANIZATION_INACTIVE), found.isPresent()));
        }
        String path = path("/organizations/{}/members/{}", found.get().id(), user);
        return api.get(AdminRead.MEMBER, path, context, member -> standing(member, user))
                .flatMap(standing -> standing == Standing.ACTIVE
                        ? groups(path, context)
                        : Optional.of(Answer.explicit(Membership.none(standing))));
    }

    private Optional<Answer<Membership>> groups(String member, CallContext context) {
        return api.list(AdminRead.MEMBER_GROUPS, member + "/groups", context, group -> Json.text(group, "id"))
                .map(held -> new Answer<>(Membership.of(Grants.ofRoles(new HashSet<>(held))), !held.isEmpty()));
    }

    /** The reason why a user was not found among the members. Keycloak's response is the same as for unknown paths. */
    private Standing absence(String user, Optional<Organization> organization, CallContext context) {
        Standing standing = standing(user, context);
        if (standing != Standing.ACTIVE) {
            return standing;
        }
        String path = path("/organizations/members/{}/organizations", user);
        List<String> organizationsOfUser =
                api.whole(AdminRead.MEMBER_ORGANIZATIONS, path, context, each -> Json.text(each, "id"));
        if (organization
                .map(Organization::id)
                .filter(organizationsOfUser::contains)
                .isPresent()) {
            throw new PermissionsUnavailableException(
                    Reason.MALFORMED, "Two answers of Keycloak about a member contradict each other.");
        }
        return Standing.NOT_A_MEMBER;
    }

    private Standing standing(String user, CallContext context) {
        return api.get(AdminRead.USER, path("/users/{}", user), context, found -> standing(found, user))
                .orElse(Standing.UNKNOWN_SUBJECT);
    }

    private static Standing standing(JsonNode user, String id) {
        if (!Json.text(user, "id").equals(id)) {
            throw Json.malformed();
        }
        return Json.flag(user, "enabled") ? Standing.ACTIVE : Standing.SUSPENDED;
    }

    /** The roles that a user holds outside of organizations, composite roles and realm groups expanded. */
    private Optional<Grants> grants(String user, CallContext context) {
        Set<String> held = new HashSet<>();
        if (realmRoles != null) {
            Optional<List<String>> ids = realmRoles.heldBy(user, context);
            if (ids.isEmpty()) {
                return Optional.empty();
            }
            held.addAll(ids.get());
        }
        for (ApiClient client : clients) {
            Optional<List<String>> ids = client.withId(
                    context,
                    id -> api.get(
                            AdminRead.USER_ROLES,
                            path("/users/{}/role-mappings/clients/{}/composite", user, id),
                            context,
                            list -> Json.items(list, role -> Json.text(role, "id"))));
            if (ids.isEmpty()) {
                return Optional.empty();
            }
            held.addAll(ids.get());
        }
        return Optional.of(Grants.ofRoles(held));
    }

    private static Answer<Account> unknownAccount() {
        return Answer.explicit(new Account(Standing.UNKNOWN_SUBJECT, Grants.none()));
    }
}

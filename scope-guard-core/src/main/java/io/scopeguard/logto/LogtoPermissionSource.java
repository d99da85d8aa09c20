package io.scopeguard.logto;

import static io.scopeguard.provider.http.PathTemplate.path;

import io.scopeguard.provider.Account;
import io.scopeguard.provider.Answer;
import io.scopeguard.provider.CallContext;
import io.scopeguard.provider.DefinitionsKey;
import io.scopeguard.provider.Grants;
import io.scopeguard.provider.Holder;
import io.scopeguard.provider.Member;
import io.scopeguard.provider.Membership;
import io.scopeguard.provider.Page;
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
 * The facts about subjects, from Logto's Management API. Its answers about scopes are empty for every unknown subject, but its
 * answers about a member's roles state explicitly that a user is not a member. So scopes are never requested by subject.
 * Thread-safe.
 */
final class LogtoPermissionSource implements PermissionSource {

    private static final ProviderTraits TRAITS = new ProviderTraits(
            ManagementApi.PAGE_SIZE,
            true,
            true,
            2,
            Set.of(TokenKind.ORGANIZATION, TokenKind.ORGANIZATION_RESOURCE),
            Set.of(TokenKind.ORGANIZATION_RESOURCE, TokenKind.RESOURCE),
            Set.of(TokenKind.RESOURCE),
            // A sign-in's grant holds the API scopes that the user held then, globally or in any organization. A token
            // without an organization carries them all, so a scope that it lacks is not in the grant. A token for an
            // organization lacks scopes that the user held elsewhere, so a refresh can deliver a promotion.
            Map.of(TokenKind.RESOURCE, RefreshDelivery.NEVER),
            Duration.ZERO);

    private final ManagementApi api;
    private final LogtoRoles roles;

    LogtoPermissionSource(ManagementApi api, LogtoRoles roles) {
        this.api = api;
        this.roles = roles;
    }

    @Override
    public ProviderTraits traits() {
        return TRAITS;
    }

    @Override
    public Answer<Membership> membership(Subject subject, String organization, CallContext context) {
        return usable(() -> subject.type() == Subject.Type.APPLICATION
                ? agent(subject.id(), organization, context)
                : searchedMember(subject.id(), organization, context));
    }

    @Override
    public Answer<Membership> confirmMembership(Subject subject, String organization, CallContext context) {
        return usable(() -> subject.type() == Subject.Type.APPLICATION
                ? agent(subject.id(), organization, context)
                : member(subject.id(), organization, context));
    }

    @Override
    public Page<Member> members(String organization, @Nullable String cursor, CallContext context) {
        return usable(() -> api.page(
                        "organization-members",
                        path("/organizations/{}/users", organization),
                        cursor,
                        context,
                        LogtoPermissionSource::listedMember)
                .orElseThrow(Json::malformed));
    }

    @Override
    public Answer<Account> account(Subject subject, CallContext context) {
        return usable(() -> subject.type() == Subject.Type.APPLICATION
                ? application(subject.id(), context)
                : Answer.explicit(Account.ofStanding(standingOfUser(subject.id(), context))));
    }

    @Override
    public Answer<Account> globalGrants(Subject subject, CallContext context) {
        return usable(() -> subject.type() == Subject.Type.APPLICATION
                ? application(subject.id(), context)
                : ids("user-roles", path("/users/{}/roles", subject.id()), context)
                        .map(held -> held(held, Account.ofGrants(Grants.ofRoles(held))))
                        .orElseGet(LogtoPermissionSource::unknownAccount));
    }

    @Override
    public Page<Holder> holders(String role, @Nullable String cursor, CallContext context) {
        return usable(() -> api.page(
                        "role-users",
                        path("/roles/{}/users", role),
                        cursor,
                        context,
                        user -> new Holder(id(user), standing(user)))
                // Logto states that the role does not exist, so it has no holders.
                .orElseGet(() -> new Page<>(List.of(), null, 0)));
    }

    @Override
    public Map<String, RoleDefinition> definitions(DefinitionsKey key, CallContext context) {
        return usable(() -> roles.definitions(key, context));
    }

    @Override
    public Optional<RoleScopes> roleScopes(DefinitionsKey key, String role, Audience audience, CallContext context) {
        return usable(() -> roles.scopesOf(key, role, audience, context));
    }

    private static <T> T usable(Supplier<T> reading) {
        try {
            return reading.get();
        } catch (SettingRefusedException e) {
            throw new PermissionsUnavailableException(Reason.REFUSED, "Logto refuses our own credentials.");
        }
    }

    /** Searches the members. One call returns membership, roles and suspension. */
    private Answer<Membership> searchedMember(String user, String organization, CallContext context) {
        Page<Member> found = api.page(
                        "organization-users",
                        path("/organizations/{}/users?q={}", organization, user),
                        null,
                        context,
                        LogtoPermissionSource::listedMember)
                .orElseThrow(Json::malformed);
        Optional<Membership> membership = found.items().stream()
                .filter(member -> member.user().equals(user))
                .map(Member::membership)
                .findFirst();
        if (membership.isPresent()) {
            return Answer.explicit(membership.get());
        }
        // The search matches parts of ids, so other matches may have pushed the member off the page.
        boolean isWhole = found.next() == null;
        return isWhole ? Answer.implicit(Membership.none(Standing.NOT_A_MEMBER)) : member(user, organization, context);
    }

    /** Reads a membership with two requests that concern this user alone. */
    private Answer<Membership> member(String user, String organization, CallContext context) {
        Standing standing = standingOfUser(user, context);
        if (standing != Standing.ACTIVE) {
            return Answer.explicit(Membership.none(standing));
        }
        return ids("organization-user-roles", path("/organizations/{}/users/{}/roles", organization, user), context)
                .map(held -> held(held, Membership.of(Grants.ofRoles(held))))
                .orElseGet(() -> Answer.explicit(Membership.none(Standing.NOT_A_MEMBER)));
    }

    private Answer<Membership> agent(String application, String organization, CallContext context) {
        return ids(
                        "organization-application-roles",
                        path("/organizations/{}/applications/{}/roles", organization, application),
                        context)
                .map(held -> held(held, Membership.of(Grants.ofRoles(held))))
                .orElseGet(() -> Answer.explicit(Membership.none(standingOfStranger(application, context))));
    }

    private Answer<Account> application(String id, CallContext context) {
        return ids("application-roles", path("/applications/{}/roles", id), context)
                .map(held -> held(held, new Account(Standing.ACTIVE, Grants.ofRoles(held))))
                .orElseGet(LogtoPermissionSource::unknownAccount);
    }

    /** A bare {@code []} is not explicit: a faulty provider or a proxy returns the same. */
    private static <T> Answer<T> held(Set<String> roles, T value) {
        return new Answer<>(value, !roles.isEmpty());
    }

    private static Answer<Account> unknownAccount() {
        return Answer.explicit(new Account(Standing.UNKNOWN_SUBJECT, Grants.none()));
    }

    private Optional<Set<String>> ids(String operation, String path, CallContext context) {
        return api.list(operation, path, context, LogtoPermissionSource::id).map(HashSet::new);
    }

    private Standing standingOfUser(String id, CallContext context) {
        return api.get("user", path("/users/{}", id), context, LogtoPermissionSource::standing)
                .orElse(Standing.UNKNOWN_SUBJECT);
    }

    private Standing standingOfStranger(String application, CallContext context) {
        return api.get("application", path("/applications/{}", application), context, LogtoPermissionSource::id)
                .map(known -> Standing.NOT_A_MEMBER)
                .orElse(Standing.UNKNOWN_SUBJECT);
    }

    private static Member listedMember(JsonNode user) {
        Set<String> held = new HashSet<>(Json.items(user, "organizationRoles", LogtoPermissionSource::id));
        Standing standing = standing(user);
        return new Member(
                id(user),
                standing == Standing.ACTIVE ? Membership.of(Grants.ofRoles(held)) : Membership.none(standing));
    }

    private static String id(JsonNode object) {
        return Json.text(object, "id");
    }

    private static Standing standing(JsonNode user) {
        return Json.flag(user, "isSuspended") ? Standing.SUSPENDED : Standing.ACTIVE;
    }
}

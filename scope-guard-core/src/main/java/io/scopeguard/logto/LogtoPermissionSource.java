package io.scopeguard.logto;

import static io.scopeguard.logto.ManagementApi.path;

import io.scopeguard.logto.ManagementApi.Page;
import io.scopeguard.permission.Holder;
import io.scopeguard.permission.Holdings;
import io.scopeguard.permission.MemberPage;
import io.scopeguard.permission.PermissionSource;
import io.scopeguard.permission.PermissionsUnavailableException;
import io.scopeguard.permission.PermissionsUnavailableException.Reason;
import io.scopeguard.permission.RoleDefinitions;
import io.scopeguard.permission.RoleKind;
import io.scopeguard.permission.Standing;
import io.scopeguard.permission.Urgency;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;

/** What Logto's Management API tells of subjects' roles, and of what roles mean. Thread-safe. */
final class LogtoPermissionSource implements PermissionSource {

    private final ManagementApi api;
    private final Template template;

    LogtoPermissionSource(ManagementApi api, Template template) {
        this.api = api;
        this.template = template;
    }

    @Override
    public Holdings read(Holder holder, Urgency urgency) {
        return usable(() -> holder.organization() == null || holder.kind() == Holder.Kind.APPLICATION
                ? alone(holder, urgency)
                : member(holder, holder.organization(), urgency));
    }

    @Override
    public Holdings confirm(Holder holder, Urgency urgency) {
        return usable(() -> alone(holder, urgency));
    }

    @Override
    public RoleDefinitions definitions(RoleKind kind, Urgency urgency) {
        return usable(() -> {
            RoleDefinitions roles = template.roles(kind, urgency);
            scopesSeen(roles, kind).forEach((audience, seen) -> template.refreshCatalogue(audience, seen, urgency));
            return roles;
        });
    }

    @Override
    public MemberPage members(String organization, int page, Urgency urgency) {
        return usable(() -> {
            Page<Member> found = api.page(
                            "organization-members",
                            path("/organizations/{}/users", organization),
                            page,
                            urgency,
                            Member::of)
                    .orElseThrow(Json::malformed);
            Map<String, Holdings> byUser = new HashMap<>();
            found.items().forEach(member -> byUser.put(member.id(), member.holdings()));
            return new MemberPage(byUser, found.count());
        });
    }

    private static <T> T usable(Supplier<T> reading) {
        try {
            return reading.get();
        } catch (LogtoAccessException e) {
            throw new PermissionsUnavailableException(Reason.REFUSED, "Logto refuses our own credentials.");
        }
    }

    /** By one search that tells membership, roles and suspension at once. */
    private Holdings member(Holder holder, String organization, Urgency urgency) {
        Page<Member> found = api.page(
                        "organization-users",
                        path("/organizations/{}/users?q={}", organization, holder.id()),
                        1,
                        urgency,
                        Member::of)
                .orElseThrow(Json::malformed);
        Optional<Member> member = found.items().stream()
                .filter(candidate -> candidate.id().equals(holder.id()))
                .findFirst();
        if (member.isEmpty()) {
            // The search looks for parts of ids: others may have pushed the member off the page.
            return found.isWhole() ? Holdings.none(Standing.NOT_A_MEMBER) : alone(holder, urgency);
        }
        Holdings holdings = member.get().holdings();
        return holdings.standing() == Standing.ACTIVE ? withGlobalRoles(holder, holdings.roles(), urgency) : holdings;
    }

    /** By requests that concern this subject alone. */
    private Holdings alone(Holder holder, Urgency urgency) {
        if (holder.kind() == Holder.Kind.APPLICATION) {
            return holder.organization() == null
                    ? application(holder.id(), urgency)
                    : agent(holder.id(), holder.organization(), urgency);
        }
        Standing standing = standingOfUser(holder.id(), urgency);
        if (standing != Standing.ACTIVE) {
            return Holdings.none(standing);
        }
        return holder.organization() == null
                ? user(holder.id(), urgency)
                : memberAlone(holder, holder.organization(), urgency);
    }

    private Holdings memberAlone(Holder holder, String organization, Urgency urgency) {
        return api.list(
                        "organization-user-roles",
                        path("/organizations/{}/users/{}/roles", organization, holder.id()),
                        urgency,
                        LogtoPermissionSource::id)
                .map(held -> withGlobalRoles(holder, Set.copyOf(held), urgency))
                .orElseGet(() -> Holdings.none(Standing.NOT_A_MEMBER));
    }

    private Holdings withGlobalRoles(Holder holder, Set<String> roles, Urgency urgency) {
        if (holder.kind() != Holder.Kind.USER) {
            return Holdings.of(roles);
        }
        return Holdings.of(roles, globalRoles(holder.id(), urgency).orElseThrow(Json::malformed));
    }

    /** Tokens without an organization bear the scopes of all of them; only those of global roles count. */
    private Holdings user(String id, Urgency urgency) {
        Optional<Set<String>> global = globalRoles(id, urgency);
        Optional<List<List<String>>> organizations = api.list(
                "user-organizations",
                path("/users/{}/organizations", id),
                urgency,
                LogtoPermissionSource::organizationRoles);
        if (global.isEmpty() || organizations.isEmpty()) {
            return Holdings.none(Standing.UNKNOWN_SUBJECT);
        }
        Set<String> stray = new HashSet<>();
        organizations.get().forEach(stray::addAll);
        return new Holdings(Standing.ACTIVE, Set.of(), global.get(), stray);
    }

    private Optional<Set<String>> globalRoles(String user, Urgency urgency) {
        return api.list("user-roles", path("/users/{}/roles", user), urgency, LogtoPermissionSource::id)
                .map(Set::copyOf);
    }

    private Holdings agent(String id, String organization, Urgency urgency) {
        return api.list(
                        "organization-application-roles",
                        path("/organizations/{}/applications/{}/roles", organization, id),
                        urgency,
                        LogtoPermissionSource::id)
                .map(held -> Holdings.of(Set.copyOf(held)))
                .orElseGet(() -> Holdings.none(standingOfStranger(id, urgency)));
    }

    private Holdings application(String id, Urgency urgency) {
        return api.list("application-roles", path("/applications/{}/roles", id), urgency, LogtoPermissionSource::id)
                .map(held -> Holdings.of(Set.of(), Set.copyOf(held)))
                .orElseGet(() -> Holdings.none(Standing.UNKNOWN_SUBJECT));
    }

    private Standing standingOfUser(String id, Urgency urgency) {
        return api.get("user", path("/users/{}", id), urgency, LogtoPermissionSource::standing)
                .orElse(Standing.UNKNOWN_SUBJECT);
    }

    private Standing standingOfStranger(String application, Urgency urgency) {
        return api.get("application", path("/applications/{}", application), urgency, found -> Standing.NOT_A_MEMBER)
                .orElse(Standing.UNKNOWN_SUBJECT);
    }

    private static String id(JsonNode object) {
        return Json.text(object, "id");
    }

    private static List<String> organizationRoles(JsonNode membership) {
        return Json.items(membership, "organizationRoles", LogtoPermissionSource::id);
    }

    private static Standing standing(JsonNode user) {
        return Json.flag(user, "isSuspended") ? Standing.SUSPENDED : Standing.ACTIVE;
    }

    /** All scopes that any role has, by the audiences that the kind of role is there for. */
    private static Map<Audience, Scopes> scopesSeen(RoleDefinitions roles, RoleKind kind) {
        Map<Audience, Scopes> seen = new HashMap<>();
        if (kind == RoleKind.ORGANIZATION) {
            seen.put(Audience.ORGANIZATION, Scopes.none());
        }
        roles.byRole()
                .values()
                .forEach(scopes -> scopes.forEach((audience, each) -> seen.merge(audience, each, Scopes::or)));
        return seen;
    }

    /** One of an organization's users. */
    private record Member(String id, Holdings holdings) {

        static Member of(JsonNode user) {
            Set<String> roles = Set.copyOf(organizationRoles(user));
            Standing standing = standing(user);
            return new Member(
                    LogtoPermissionSource.id(user),
                    standing == Standing.ACTIVE ? Holdings.of(roles) : Holdings.none(standing));
        }
    }
}

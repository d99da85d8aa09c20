package io.scopeguard.auth0;

import static io.scopeguard.auth0.Auth0ManagementApi.encode;

import io.scopeguard.provider.Account;
import io.scopeguard.provider.Answer;
import io.scopeguard.provider.CallContext;
import io.scopeguard.provider.Grants;
import io.scopeguard.provider.Member;
import io.scopeguard.provider.Membership;
import io.scopeguard.provider.Page;
import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.provider.PermissionsUnavailableException.Reason;
import io.scopeguard.provider.Standing;
import io.scopeguard.provider.http.Json;
import io.scopeguard.provider.http.PathTemplate;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The users in the Management API: whether they are blocked, their roles as members of an organization, and their grants outside of
 * organizations. Thread-safe.
 */
final class Auth0Users {

    /** Ids that contain no syntax of search queries. */
    private static final Pattern SEARCHABLE = Pattern.compile("[A-Za-z0-9_-]{1,100}");

    private final Auth0ManagementApi api;
    private final Auth0Roles roles;
    private final boolean areRolesGivenToGroups;

    /** @param areRolesGivenToGroups whether members also hold roles that were given to groups of the organization */
    Auth0Users(Auth0ManagementApi api, Auth0Roles roles, boolean areRolesGivenToGroups) {
        this.api = api;
        this.roles = roles;
        this.areRolesGivenToGroups = areRolesGivenToGroups;
    }

    /**
     * Reads a membership with two calls that concern this user alone, and a third call if the user holds no role in the
     * organization.
     */
    Answer<Membership> membership(String user, String organization, CallContext context) {
        Standing standing = standing(user, context);
        if (standing != Standing.ACTIVE) {
            return Answer.explicit(Membership.none(standing));
        }
        Optional<Set<String>> held = heldIn(organization, user, context);
        if (held.isEmpty()) {
            return Answer.explicit(Membership.none(Standing.NOT_A_MEMBER));
        }
        return held.get().isEmpty()
                ? withoutRoles(user, organization, context)
                : Answer.explicit(Membership.of(Grants.ofRoles(held.get())));
    }

    /** Auth0 does not document its answer about the roles of a user that is not a member. It may be an empty list. */
    private Answer<Membership> withoutRoles(String user, String organization, CallContext context) {
        List<String> organizations = api.list(
                        Listing.byCheckpoint(
                                "user-organizations",
                                PathTemplate.path("/users/{}/organizations", user),
                                "organizations"),
                        context,
                        Auth0Users::id)
                .orElse(List.of());
        return organizations.contains(organization)
                ? Answer.implicit(Membership.of(Grants.none()))
                : new Answer<>(Membership.none(Standing.NOT_A_MEMBER), !organizations.isEmpty());
    }

    private Optional<Set<String>> heldIn(String organization, String user, CallContext context) {
        String member = PathTemplate.path("/organizations/{}/members/{}", organization, user);
        Listing listing = areRolesGivenToGroups
                ? Listing.byCheckpoint("organization-member-effective-roles", member + "/effective-roles", "roles")
                : Listing.numbered(Auth0.MEMBER_ROLES, member + "/roles", "roles");
        return api.list(listing, context, Auth0Users::id).map(HashSet::new);
    }

    /** Reads one page of the members, and the blocked ones among them: two calls. */
    Page<Member> members(String organization, @Nullable String cursor, CallContext context) {
        Page<MemberRoles> page = api.page(
                        Listing.byCheckpoint(
                                Auth0.MEMBERS,
                                PathTemplate.path("/organizations/{}/members", organization)
                                        + "?fields=user_id,roles&include_fields=true",
                                "members"),
                        cursor,
                        context,
                        MemberRoles::of)
                .orElseThrow(Json::malformed);
        requireRoles(page.items());
        Set<String> blocked = page.items().isEmpty() ? Set.of() : blockedIn(organization, context);
        List<Member> members =
                page.items().stream().map(member -> member.unlessIn(blocked)).toList();
        return new Page<>(members, page.next(), page.total());
    }

    /** Auth0 may leave out the roles of a member without roles. If all are left out, they may just be missing from the answer. */
    private static void requireRoles(List<MemberRoles> members) {
        if (!members.isEmpty() && members.stream().noneMatch(MemberRoles::areListed)) {
            throw Json.malformed();
        }
    }

    /** The list of members does not show whether a member is blocked. */
    private Set<String> blockedIn(String organization, CallContext context) {
        if (!SEARCHABLE.matcher(organization).matches()) {
            throw new PermissionsUnavailableException(Reason.MALFORMED, "An organization's id is not an id of Auth0.");
        }
        String query = "organization_id:\"" + organization + "\" AND blocked:true";
        return api.list(
                        Listing.numbered(
                                "blocked-users",
                                "/users?search_engine=v3&fields=user_id&include_fields=true&q=" + encode(query),
                                "users"),
                        context,
                        Auth0Users::userId)
                .map(HashSet::new)
                .orElseThrow(Json::malformed);
    }

    Answer<Account> account(String user, CallContext context) {
        return Answer.explicit(Account.ofStanding(standing(user, context)));
    }

    private Standing standing(String user, CallContext context) {
        return api.get(
                        "user",
                        PathTemplate.path("/users/{}", user) + "?fields=user_id,blocked&include_fields=true",
                        context,
                        Auth0Users::standing)
                .orElse(Standing.UNKNOWN_SUBJECT);
    }

    /** Roles and permissions given to the user directly. They count only outside of organizations. */
    Answer<Account> globalGrants(String user, CallContext context) {
        Optional<Set<String>> held = api.list(
                        Listing.numbered("user-roles", PathTemplate.path("/users/{}/roles", user), "roles"),
                        context,
                        Auth0Users::id)
                .map(HashSet::new);
        if (held.isEmpty()) {
            return Answer.explicit(new Account(Standing.UNKNOWN_SUBJECT, Grants.none()));
        }
        Grants grants = new Grants(
                held.get(),
                roles.permissions(
                                Listing.numbered(
                                        "user-permissions",
                                        PathTemplate.path("/users/{}/permissions", user),
                                        "permissions"),
                                context)
                        .orElseThrow(Json::malformed));
        return new Answer<>(Account.ofGrants(grants), !grants.isEmpty());
    }

    private static Standing standing(JsonNode user) {
        userId(user);
        return user.path("blocked").asBoolean(false) ? Standing.SUSPENDED : Standing.ACTIVE;
    }

    private static String id(JsonNode object) {
        return Json.text(object, "id");
    }

    private static String userId(JsonNode user) {
        return Json.text(user, "user_id");
    }

    /**
     * A member on a page.
     *
     * @param areListed whether the page lists the member's roles
     */
    private record MemberRoles(String user, boolean areListed, Set<String> roles) {

        static MemberRoles of(JsonNode member) {
            return member.hasNonNull("roles")
                    ? new MemberRoles(userId(member), true, Set.copyOf(Json.items(member, "roles", Auth0Users::id)))
                    : new MemberRoles(userId(member), false, Set.of());
        }

        Member unlessIn(Set<String> blocked) {
            return new Member(
                    user,
                    blocked.contains(user)
                            ? Membership.none(Standing.SUSPENDED)
                            : Membership.of(Grants.ofRoles(roles)));
        }
    }
}

package io.scopeguard.auth0;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The content of an Auth0 tenant at one moment. */
final class TenantState {

    final Map<String, User> users = new LinkedHashMap<>();
    final Map<String, Organization> organizations = new LinkedHashMap<>();
    final Map<String, Set<Permission>> roles = new LinkedHashMap<>();
    final Map<String, Api> apis = new LinkedHashMap<>();
    final List<ClientGrant> grants = new ArrayList<>();

    record Permission(String name, String api) {}

    record Api(Set<String> scopes, boolean isRbacEnabled, String dialect, String algorithm) {}

    record ClientGrant(
            String id,
            String client,
            String api,
            Set<String> scopes,
            String usage,
            boolean isForAny,
            String subjectType,
            Set<String> organizations) {}

    static final class User {
        boolean isBlocked;
        final Set<String> roles = new LinkedHashSet<>();
        final Set<Permission> permissions = new LinkedHashSet<>();
    }

    static final class Organization {
        final Map<String, Set<String>> members = new LinkedHashMap<>();
        final Map<String, Set<String>> groupMembers = new LinkedHashMap<>();
        final Map<String, Set<String>> groupRoles = new LinkedHashMap<>();

        Set<String> effectiveRoles(String user) {
            Set<String> roles = new LinkedHashSet<>(members.getOrDefault(user, Set.of()));
            groupMembers.forEach((group, users) -> {
                if (users.contains(user)) {
                    roles.addAll(groupRoles.getOrDefault(group, Set.of()));
                }
            });
            return roles;
        }
    }

    TenantState copy() {
        TenantState copy = new TenantState();
        users.forEach((id, user) -> {
            User same = new User();
            same.isBlocked = user.isBlocked;
            same.roles.addAll(user.roles);
            same.permissions.addAll(user.permissions);
            copy.users.put(id, same);
        });
        organizations.forEach((id, organization) -> {
            Organization same = new Organization();
            copySets(organization.members, same.members);
            copySets(organization.groupMembers, same.groupMembers);
            copySets(organization.groupRoles, same.groupRoles);
            copy.organizations.put(id, same);
        });
        copySets(roles, copy.roles);
        copy.apis.putAll(apis);
        copy.grants.addAll(grants);
        return copy;
    }

    private static <T> void copySets(Map<String, Set<T>> from, Map<String, Set<T>> to) {
        from.forEach((key, set) -> to.put(key, new LinkedHashSet<>(set)));
    }

    /** The names of the roles of a member, or of the user outside of organizations. */
    List<String> namesOfRoles(String user, @Nullable String organization) {
        Set<String> held = organization == null
                ? users.get(user).roles
                : organizations.get(organization).effectiveRoles(user);
        return held.stream().map(id -> "name of " + id).toList();
    }

    /** The scopes that Auth0 may put into a user's token for an API, in an organization or outside of organizations. */
    Set<String> permitted(String user, @Nullable String organization, String api) {
        Set<Permission> permissions = new LinkedHashSet<>();
        User known = users.get(user);
        Set<String> held = organization == null
                ? known.roles
                : organizations.get(organization).effectiveRoles(user);
        held.forEach(role -> permissions.addAll(roles.getOrDefault(role, Set.of())));
        if (organization == null) {
            permissions.addAll(known.permissions);
        }
        Set<String> names = new LinkedHashSet<>();
        permissions.stream().filter(each -> each.api.equals(api)).forEach(each -> names.add(each.name));
        return names;
    }
}

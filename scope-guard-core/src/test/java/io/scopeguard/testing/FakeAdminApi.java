package io.scopeguard.testing;

import io.scopeguard.testing.FakeRealm.Client;
import io.scopeguard.testing.FakeRealm.Group;
import io.scopeguard.testing.FakeRealm.Organization;
import io.scopeguard.testing.FakeRealm.Role;
import io.scopeguard.testing.FakeRealm.User;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The reads of Keycloak's Admin API that the library makes, in the shapes of the recordings. */
final class FakeAdminApi {

    static final String BASE = "/admin/realms/guard";

    private final FakeRealm realm;

    FakeAdminApi(FakeRealm realm) {
        this.realm = realm;
    }

    record Reply(int status, @Nullable Object body) {

        static Reply ok(Object body) {
            return new Reply(200, body);
        }

        static Reply notFound() {
            return new Reply(404, Map.of("error", "HTTP 404 Not Found"));
        }
    }

    Reply answer(URI uri) {
        String path = Objects.requireNonNull(uri.getRawPath());
        if (!path.startsWith(BASE + "/")) {
            return Reply.notFound();
        }
        List<String> parts = Arrays.stream(path.substring(BASE.length() + 1).split("/"))
                .map(part -> URLDecoder.decode(part, StandardCharsets.UTF_8))
                .toList();
        Map<String, String> query = query(uri);
        synchronized (realm) {
            return switch (parts.get(0)) {
                case "organizations" -> organizations(parts, query);
                case "users" -> users(parts);
                case "roles" -> realmRoles(parts, query);
                case "clients" -> clients(parts, query);
                case "client-scopes" -> Reply.ok(realm.clientScopes);
                case "admin-events" -> events(uri, query);
                case "events" -> Reply.ok(Map.of("adminEventsEnabled", realm.savesAdminEvents));
                default -> Reply.notFound();
            };
        }
    }

    private static Map<String, String> query(URI uri) {
        String query = uri.getRawQuery() == null ? "" : uri.getRawQuery();
        return Arrays.stream(query.split("&"))
                .filter(pair -> pair.contains("="))
                .map(pair -> pair.split("=", 2))
                .collect(Collectors.toMap(
                        pair -> pair[0], pair -> URLDecoder.decode(pair[1], StandardCharsets.UTF_8), (a, b) -> a));
    }

    private static <T> List<T> page(Collection<T> items, Map<String, String> query) {
        return items.stream()
                .skip(Long.parseLong(query.getOrDefault("first", "0")))
                .limit(Long.parseLong(query.getOrDefault("max", "10")))
                .toList();
    }

    private Reply organizations(List<String> parts, Map<String, String> query) {
        if (parts.size() == 1) {
            String alias = query.getOrDefault("q", "alias:").substring("alias:".length());
            return Reply.ok(page(
                    realm.organizations.values().stream()
                            .filter(each -> alias.isEmpty() || each.alias.equals(alias))
                            .map(FakeAdminApi::organization)
                            .toList(),
                    query));
        }
        if (parts.get(1).equals("members")) {
            return realm.users.containsKey(parts.get(2))
                    ? Reply.ok(realm.organizations.values().stream()
                            .filter(each -> each.members.contains(parts.get(2)))
                            .map(FakeAdminApi::organization)
                            .toList())
                    : Reply.notFound();
        }
        Organization organization = realm.organizations.get(parts.get(1));
        if (organization == null) {
            return new Reply(404, Map.of("errorMessage", "Organization not found."));
        }
        if (parts.size() == 2) {
            return Reply.ok(organization(organization));
        }
        return parts.get(2).equals("members") ? member(organization, parts, query) : groups(organization, parts, query);
    }

    private Reply member(Organization organization, List<String> parts, Map<String, String> query) {
        User user = realm.users.get(parts.get(3));
        if (user == null || !organization.members.contains(user.id)) {
            return Reply.notFound();
        }
        if (parts.size() == 4) {
            Map<String, Object> member = new LinkedHashMap<>(user(user));
            member.put("membershipType", "UNMANAGED");
            return Reply.ok(member);
        }
        return Reply.ok(page(
                organization.groups.values().stream()
                        .filter(group -> group.members.contains(user.id))
                        .map(group -> Map.of("id", group.id, "name", group.name, "path", "/" + group.name))
                        .toList(),
                query));
    }

    private Reply groups(Organization organization, List<String> parts, Map<String, String> query) {
        if (parts.size() == 3) {
            return Reply.ok(page(level(organization, null), query));
        }
        Group group = organization.groups.get(parts.get(3));
        if (group == null) {
            boolean isElsewhere =
                    realm.organizations.values().stream().anyMatch(other -> other.groups.containsKey(parts.get(3)));
            return isElsewhere
                    ? new Reply(400, Map.of("errorMessage", "Group does not belong to the organization"))
                    : new Reply(404, Map.of("errorMessage", "Group does not exist"));
        }
        if (parts.get(4).equals("children")) {
            return Reply.ok(page(level(organization, group.id), query));
        }
        if (parts.get(5).equals("realm")) {
            return visible(group.realmRoles);
        }
        List<String> roles = new ArrayList<>(group.roles);
        // A realm role contains the client roles in its name, after the first word.
        group.realmRoles.forEach(role -> roles.addAll(List.of(role.split(" ")).subList(1, role.split(" ").length)));
        return clientRoles(parts.get(6), roles);
    }

    private Reply clientRoles(String client, Collection<String> roles) {
        return realm.clients.containsKey(client)
                ? Reply.ok(expand(realm, roles).map(FakeAdminApi::role).toList())
                : new Reply(404, Map.of("error", "Client not found"));
    }

    /** The list of children shows no roles. */
    private static List<Map<String, Object>> level(Organization organization, @Nullable String parent) {
        return organization.groups.values().stream()
                .filter(group -> Objects.equals(group.parent, parent))
                .map(group -> {
                    Map<String, Object> listed = new LinkedHashMap<>();
                    listed.putAll(Map.of("id", group.id, "name", group.name, "path", "/" + group.name));
                    listed.put("subGroupCount", level(organization, group.id).size());
                    if (parent == null) {
                        listed.put("realmRoles", group.realmRoles);
                        listed.put(
                                "clientRoles",
                                group.roles.isEmpty() ? Map.of() : Map.of(FakeKeycloak.API_CLIENT, group.roles));
                    }
                    return listed;
                })
                .toList();
    }

    private Reply users(List<String> parts) {
        if (parts.size() == 1) {
            return Reply.ok(realm.users.values().stream()
                    .limit(1)
                    .map(FakeAdminApi::user)
                    .toList());
        }
        User user = realm.users.get(parts.get(1));
        if (user == null) {
            return new Reply(404, Map.of("error", "User not found"));
        }
        if (parts.size() == 2) {
            return Reply.ok(user(user));
        }
        return parts.get(3).equals("realm") ? visible(user.realmRoles) : clientRoles(parts.get(4), user.globalRoles);
    }

    private Reply realmRoles(List<String> parts, Map<String, String> query) {
        if (parts.size() == 1) {
            return Reply.ok(
                    page(realm.realmRoles.stream().map(FakeAdminApi::realmRole).toList(), query));
        }
        return realm.showsRealmRoles
                ? Reply.ok(realmRole(parts.get(1)))
                : new Reply(403, Map.of("error", "HTTP 403 Forbidden"));
    }

    /** Realm roles. Without the right to view the realm, Keycloak leaves them out. */
    private Reply visible(Collection<String> roles) {
        return Reply.ok(
                realm.showsRealmRoles
                        ? roles.stream().map(FakeAdminApi::realmRole).toList()
                        : List.of());
    }

    private static Map<String, Object> realmRole(String role) {
        String name = role.split(" ")[0];
        return Map.of("id", "realm-" + name, "name", name, "composite", role.contains(" "));
    }

    private Reply clients(List<String> parts, Map<String, String> query) {
        if (parts.size() == 1) {
            return Reply.ok(page(
                    realm.clients.values().stream()
                            .filter(client -> client.clientId.equals(query.getOrDefault("clientId", client.clientId)))
                            .map(FakeAdminApi::client)
                            .toList(),
                    query));
        }
        Client client = realm.clients.get(parts.get(1));
        if (client == null) {
            return new Reply(404, Map.of("error", "Could not find client"));
        }
        return switch (parts.get(2)) {
            case "roles" ->
                Reply.ok(page(
                        client.roles.values().stream().map(FakeAdminApi::role).toList(), query));
            case "service-account-user" -> Reply.ok(Map.of("id", "guard-user", "enabled", true));
            default -> Reply.ok(client.exampleToken);
        };
    }

    private Reply events(URI uri, Map<String, String> query) {
        String types = Objects.toString(uri.getRawQuery(), "");
        long from = Long.parseLong(query.getOrDefault("dateFrom", "0"));
        List<Map<String, Object>> found = new ArrayList<>(realm.events);
        found.removeIf(event -> (long) Objects.requireNonNull(event.get("time")) < from
                || !(types + "&").contains("resourceTypes=" + event.get("resourceType") + "&"));
        if (!"asc".equals(query.get("direction"))) {
            java.util.Collections.reverse(found);
        }
        return Reply.ok(page(found, query));
    }

    /** The roles of the API's client by name, including the roles that they contain. */
    static Stream<Role> expand(FakeRealm realm, Collection<String> names) {
        Map<String, Role> roles = realm.clients.values().stream()
                .filter(client -> client.clientId.equals(FakeKeycloak.API_CLIENT))
                .findFirst()
                .orElseThrow()
                .roles;
        return names.stream()
                .filter(roles::containsKey)
                .map(roles::get)
                .flatMap(role -> Stream.concat(Stream.of(role), expand(realm, role.contains())))
                .distinct();
    }

    private static Map<String, Object> organization(Organization organization) {
        return Map.of(
                "id",
                organization.id,
                "name",
                organization.alias,
                "alias",
                organization.alias,
                "enabled",
                organization.enabled);
    }

    private static Map<String, Object> user(User user) {
        return Map.of(
                "id", user.id, "username", user.name, "email", user.name + "@example.test", "enabled", user.enabled);
    }

    private static Map<String, Object> client(Client client) {
        Map<String, Object> listed = new LinkedHashMap<>(client.settings);
        listed.putAll(Map.of("id", client.id, "clientId", client.clientId));
        return listed;
    }

    private static Map<String, Object> role(Role role) {
        return Map.of(
                "id",
                role.id(),
                "name",
                role.name(),
                "composite",
                !role.contains().isEmpty());
    }
}

package io.scopeguard.testing;

import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The content of a Keycloak realm, limited to the parts that the library reads. Changes create admin events. Ids are names, unless
 * a recording is reproduced. Thread-safe.
 */
public final class FakeRealm {

    private final Clock clock;
    final Map<String, User> users = new LinkedHashMap<>();
    final Map<String, Organization> organizations = new LinkedHashMap<>();
    final Map<String, Client> clients = new LinkedHashMap<>();
    final List<Map<String, Object>> events = new ArrayList<>();
    final List<Map<String, Object>> clientScopes = new ArrayList<>();
    final Set<String> realmRoles = new TreeSet<>(Set.of("default-roles-guard"));
    boolean savesAdminEvents = true;
    boolean showsRealmRoles = true;
    private int ids;

    FakeRealm(Clock clock) {
        this.clock = clock;
    }

    /** A user, or the user of a service account. */
    static final class User {
        final String id;
        final String name;
        final Set<String> globalRoles = new LinkedHashSet<>();
        final Set<String> realmRoles = new LinkedHashSet<>(Set.of("default-roles-guard"));
        boolean enabled = true;

        User(String id, String name) {
            this.id = id;
            this.name = name;
        }
    }

    /** A client, with its roles by name. */
    static final class Client {
        final String id;
        final String clientId;
        final Map<String, Role> roles = new LinkedHashMap<>();
        final Map<String, Object> settings = new LinkedHashMap<>();
        final Map<String, Object> exampleToken = new LinkedHashMap<>();

        Client(String id, String clientId) {
            this.id = id;
            this.clientId = clientId;
        }
    }

    record Role(String id, String name, Set<String> contains) {}

    static final class Organization {
        final String id;
        final String alias;
        final Set<String> members = new LinkedHashSet<>();
        final Map<String, Group> groups = new LinkedHashMap<>();
        boolean enabled = true;

        Organization(String id, String alias) {
            this.id = id;
            this.alias = alias;
        }
    }

    /** A group of an organization, with roles of the API's client by name. */
    static final class Group {
        final String id;
        final String name;
        final @Nullable String parent;
        final Set<String> roles = new TreeSet<>();
        final Set<String> realmRoles = new TreeSet<>();
        final Set<String> members = new LinkedHashSet<>();

        Group(String id, String name, @Nullable String parent) {
            this.id = id;
            this.name = name;
            this.parent = parent;
        }
    }

    public synchronized FakeRealm user(String id, String name) {
        users.put(id, new User(id, name));
        event("CREATE", "USER", "users/" + id);
        return this;
    }

    public synchronized FakeRealm client(String id, String clientId, String... roles) {
        Client client = new Client(id, clientId);
        clients.put(id, client);
        for (String role : roles) {
            client.roles.put(role, new Role(id + "-" + role, role, Set.of()));
        }
        return this;
    }

    /** Deletes a client and creates it again, with roles of the same names, which stay mapped. All ids change. */
    public synchronized FakeRealm recreate(String id, String newId) {
        Client former = of(clients, id);
        clients.remove(id);
        return client(newId, former.clientId, former.roles.keySet().toArray(String[]::new));
    }

    public synchronized FakeRealm deleteClient(String id) {
        clients.remove(id);
        return this;
    }

    /** Creates a role, or replaces it by a role with another id. */
    public synchronized FakeRealm role(String client, String name, String... contains) {
        Client of = of(clients, client);
        of.roles.put(name, new Role("role-" + ++ids, name, Set.of(contains)));
        event("CREATE", "CLIENT_ROLE", "clients/" + client + "/roles/" + name);
        return this;
    }

    public synchronized FakeRealm organization(String id, String alias) {
        organizations.put(id, new Organization(id, alias));
        event("CREATE", "ORGANIZATION", "organizations/" + id);
        return this;
    }

    public synchronized FakeRealm group(String organization, String id, String name, String... roles) {
        return subgroup(organization, null, id, name, roles);
    }

    public synchronized FakeRealm subgroup(
            String organization, @Nullable String parent, String id, String name, String... roles) {
        Group group = new Group(id, name, parent);
        group.roles.addAll(List.of(roles));
        of(organizations, organization).groups.put(id, group);
        event("CREATE", "ORGANIZATION_GROUP", "organizations/" + organization + "/groups");
        return this;
    }

    public synchronized FakeRealm member(String organization, String user, String... groups) {
        Organization of = of(organizations, organization);
        of.members.add(user);
        event("CREATE", "ORGANIZATION_MEMBERSHIP", "organizations/" + organization + "/members");
        for (String group : groups) {
            join(organization, group, user);
        }
        return this;
    }

    public synchronized FakeRealm join(String organization, String group, String user) {
        of(of(organizations, organization).groups, group).members.add(user);
        String path = "organizations/" + organization + "/groups/" + group + "/members/" + user;
        event("CREATE", "ORGANIZATION_GROUP_MEMBERSHIP", path);
        return this;
    }

    public synchronized FakeRealm leave(String organization, String group, String user) {
        of(of(organizations, organization).groups, group).members.remove(user);
        String path = "organizations/" + organization + "/groups/" + group + "/members/" + user;
        event("DELETE", "ORGANIZATION_GROUP_MEMBERSHIP", path);
        return this;
    }

    public synchronized FakeRealm expel(String organization, String user) {
        Organization of = of(organizations, organization);
        of.members.remove(user);
        of.groups.values().forEach(group -> group.members.remove(user));
        event("DELETE", "ORGANIZATION_MEMBERSHIP", "organizations/" + organization + "/members/" + user);
        return this;
    }

    public synchronized FakeRealm map(String organization, String group, String role) {
        of(of(organizations, organization).groups, group).roles.add(role);
        event("CREATE", "CLIENT_ROLE_MAPPING", mappings(organization, group));
        return this;
    }

    public synchronized FakeRealm unmap(String organization, String group, String role) {
        of(of(organizations, organization).groups, group).roles.remove(role);
        event("DELETE", "CLIENT_ROLE_MAPPING", mappings(organization, group));
        return this;
    }

    /** A realm role, which may contain roles of the API's client: "auditor read:report". */
    public synchronized FakeRealm mapRealmRole(String organization, String group, String role) {
        realmRoles.add(role.split(" ")[0]);
        of(of(organizations, organization).groups, group).realmRoles.add(role);
        event(
                "CREATE",
                "REALM_ROLE_MAPPING",
                "organizations/" + organization + "/groups/" + group + "/role-mappings/realm");
        return this;
    }

    private static String mappings(String organization, String group) {
        return "organizations/" + organization + "/groups/" + group + "/role-mappings/clients/api";
    }

    public synchronized FakeRealm grant(String user, String role) {
        of(users, user).globalRoles.add(role);
        event("CREATE", "CLIENT_ROLE_MAPPING", "users/" + user + "/role-mappings/clients/api");
        return this;
    }

    public synchronized FakeRealm revoke(String user, String role) {
        of(users, user).globalRoles.remove(role);
        event("DELETE", "CLIENT_ROLE_MAPPING", "users/" + user + "/role-mappings/clients/api");
        return this;
    }

    public synchronized FakeRealm grantRealmRole(String user, String role) {
        realmRoles.add(role);
        of(users, user).realmRoles.add(role);
        event("CREATE", "REALM_ROLE_MAPPING", "users/" + user + "/role-mappings/realm");
        return this;
    }

    public synchronized FakeRealm revokeRealmRole(String user, String role) {
        of(users, user).realmRoles.remove(role);
        event("DELETE", "REALM_ROLE_MAPPING", "users/" + user + "/role-mappings/realm");
        return this;
    }

    /** Removes the library's right to view the realm, so that answers do not contain realm roles. */
    public synchronized FakeRealm hideRealmRoles() {
        showsRealmRoles = false;
        return this;
    }

    public synchronized FakeRealm enable(String user, boolean enabled) {
        of(users, user).enabled = enabled;
        event("UPDATE", "USER", "users/" + user);
        return this;
    }

    public synchronized FakeRealm delete(String user) {
        users.remove(user);
        organizations.values().forEach(organization -> {
            organization.members.remove(user);
            organization.groups.values().forEach(group -> group.members.remove(user));
        });
        event("DELETE", "USER", "users/" + user);
        return this;
    }

    public synchronized FakeRealm enableOrganization(String id, boolean enabled) {
        of(organizations, id).enabled = enabled;
        event("UPDATE", "ORGANIZATION", "organizations/" + id);
        return this;
    }

    public synchronized FakeRealm saveAdminEvents(boolean enabled) {
        savesAdminEvents = enabled;
        return this;
    }

    public synchronized FakeRealm forgetAdminEvents() {
        events.clear();
        return this;
    }

    /** Changes a setting of a client. */
    public synchronized FakeRealm setting(String client, String name, Object value) {
        of(clients, client).settings.put(name, value);
        return this;
    }

    /** Sets the audience of the client's tokens. */
    public synchronized FakeRealm audience(String client, Object audience) {
        of(clients, client).exampleToken.put("aud", audience);
        return this;
    }

    /** Adds an audience mapper to a client. */
    public synchronized FakeRealm audienceMapper(String client, String kind, String audience) {
        return setting(
                client,
                "protocolMappers",
                List.of(mapper("oidc-audience-mapper", Map.of("access.token.claim", "true", kind, audience))));
    }

    /** Adds a client scope with one mapper; options are pairs of name and value. */
    public synchronized FakeRealm mapper(String clientScope, String type, String... options) {
        Map<String, Object> config = new LinkedHashMap<>(Map.of("access.token.claim", "true"));
        for (int i = 0; i < options.length; i += 2) {
            config.put(options[i], options[i + 1]);
        }
        clientScopes.add(Map.of("name", clientScope, "protocolMappers", List.of(mapper(type, config))));
        return this;
    }

    private static Map<String, Object> mapper(String type, Map<String, ?> config) {
        return Map.of("name", type, "protocolMapper", type, "config", config);
    }

    public synchronized FakeRealm withoutMappers() {
        clientScopes.clear();
        return this;
    }

    /** Adds any admin event. */
    public synchronized FakeRealm event(String operation, String type, String path) {
        if (savesAdminEvents) {
            Map<String, Object> event = new LinkedHashMap<>();
            event.put("id", "event-" + ++ids);
            event.put("time", clock.millis());
            event.put("operationType", operation);
            event.put("resourceType", type);
            event.put("resourcePath", path);
            event.put("details", Map.of("username", "alice", "email", "alice@example.test"));
            events.add(event);
        }
        return this;
    }

    static <T> T of(Map<String, T> all, String id) {
        return Objects.requireNonNull(all.get(id), () -> "there is no " + id);
    }
}

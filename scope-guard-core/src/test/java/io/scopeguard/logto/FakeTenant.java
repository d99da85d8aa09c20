package io.scopeguard.logto;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.scopeguard.testing.Loopback;
import io.scopeguard.testing.MovableClock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * A Logto tenant of any size on a loopback socket. It answers those reads of the Management API that the library makes, in the
 * shapes of the recordings: pages of at most 100 with a total, holders newest first, Logto's own error codes.
 */
final class FakeTenant implements AutoCloseable {

    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final int DEFAULT_PAGE_SIZE = 20;
    private static final String TOKEN =
            "{\"access_token\":\"management\",\"expires_in\":3600,\"token_type\":\"Bearer\",\"scope\":\"all\"}";

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Queue<String> requests = new ConcurrentLinkedQueue<>();

    private final Map<String, User> users = new LinkedHashMap<>();
    private final Map<String, Map<String, Set<String>>> members = new LinkedHashMap<>();
    private final Map<String, Map<String, Set<String>>> agents = new LinkedHashMap<>();
    private final Map<String, Set<String>> applications = new LinkedHashMap<>();
    private final Map<String, Role> organizationRoles = new LinkedHashMap<>();
    private final Map<String, Role> globalRoles = new LinkedHashMap<>();
    private final Map<String, Scope> organizationScopes = new LinkedHashMap<>();
    private final Map<String, Resource> resources = new LinkedHashMap<>();
    private volatile Consumer<String> onRequest = path -> {};
    private volatile String jwkSet = "{\"keys\":[]}";
    private final AtomicInteger grants = new AtomicInteger();
    private int ids;

    FakeTenant() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    // Content

    synchronized FakeTenant user(String id) {
        users.put(id, new User(id, false, users.size()));
        return this;
    }

    synchronized FakeTenant suspend(String id) {
        users.computeIfPresent(id, (ignored, user) -> new User(id, true, user.number));
        return this;
    }

    synchronized FakeTenant delete(String user) {
        users.remove(user);
        members.values().forEach(organization -> organization.remove(user));
        globalRoles.values().forEach(role -> role.users.remove(user));
        return this;
    }

    synchronized FakeTenant organization(String id) {
        members.putIfAbsent(id, new LinkedHashMap<>());
        agents.putIfAbsent(id, new LinkedHashMap<>());
        return this;
    }

    synchronized FakeTenant member(String organization, String user, String... roles) {
        organization(organization);
        if (!users.containsKey(user)) {
            user(user);
        }
        members.get(organization).put(user, new TreeSet<>(List.of(roles)));
        return this;
    }

    synchronized FakeTenant expel(String organization, String user) {
        members.get(organization).remove(user);
        return this;
    }

    synchronized FakeTenant application(String id, String... globalRoles) {
        applications.put(id, new TreeSet<>(List.of(globalRoles)));
        return this;
    }

    synchronized FakeTenant agent(String organization, String application, String... roles) {
        organization(organization);
        applications.putIfAbsent(application, new TreeSet<>());
        agents.get(organization).put(application, new TreeSet<>(List.of(roles)));
        return this;
    }

    synchronized FakeTenant resource(String indicator, String... scopes) {
        Resource resource = new Resource("res" + ++ids, indicator, new LinkedHashMap<>());
        resources.put(indicator, resource);
        Stream.of(scopes).forEach(scope -> resourceScope(indicator, scope));
        return this;
    }

    /** Creates the scope, with an id that no scope had before. */
    synchronized FakeTenant resourceScope(String indicator, String name) {
        Resource resource = resources.get(indicator);
        resource.scopes.put(name, new Scope("scope" + ++ids, name, resource));
        return this;
    }

    /** Creates the scope, with an id that no scope had before. */
    synchronized FakeTenant organizationScope(String name) {
        organizationScopes.put(name, new Scope("scope" + ++ids, name, null));
        return this;
    }

    /** A role in organizations, with organization scopes, which are created if they do not exist. */
    synchronized FakeTenant organizationRole(String id, String... scopes) {
        Role role = new Role(id, "User");
        organizationRoles.put(id, role);
        for (String scope : scopes) {
            if (!organizationScopes.containsKey(scope)) {
                organizationScope(scope);
            }
            role.scopes.add(organizationScopes.get(scope));
        }
        return this;
    }

    /** Adds scopes of a resource to a role in organizations. */
    synchronized FakeTenant organizationRoleResource(String id, String indicator, String... scopes) {
        Role role = organizationRoles.get(id);
        Stream.of(scopes)
                .forEach(
                        scope -> role.scopes.add(resources.get(indicator).scopes.get(scope)));
        return this;
    }

    synchronized FakeTenant deleteOrganizationRole(String id) {
        organizationRoles.remove(id);
        members.values().forEach(all -> all.values().forEach(roles -> roles.remove(id)));
        return this;
    }

    synchronized FakeTenant globalRole(String id, String type) {
        globalRoles.put(id, new Role(id, type));
        return this;
    }

    synchronized FakeTenant globalRoleScopes(String id, String indicator, String... scopes) {
        Role role = globalRoles.get(id);
        Stream.of(scopes)
                .forEach(
                        scope -> role.scopes.add(resources.get(indicator).scopes.get(scope)));
        return this;
    }

    synchronized FakeTenant assign(String globalRole, String... holders) {
        for (String user : holders) {
            if (!users.containsKey(user)) {
                user(user);
            }
            globalRoles.get(globalRole).users.add(user);
        }
        return this;
    }

    synchronized FakeTenant unassign(String globalRole, String user) {
        globalRoles.get(globalRole).users.remove(user);
        return this;
    }

    synchronized FakeTenant deleteGlobalRole(String id) {
        globalRoles.remove(id);
        return this;
    }

    /** Publishes this text as the tenant's signing keys. */
    FakeTenant publish(String keys) {
        jwkSet = keys;
        return this;
    }

    // Received requests

    /** Runs before each read of the Management API is answered, on the server's thread, with path and query. */
    void onRequest(Consumer<String> action) {
        onRequest = action;
    }

    /** The reads of the Management API so far, with path and query, below {@code /api}; forgets them. */
    List<String> requests() {
        List<String> all = new ArrayList<>();
        for (String next = requests.poll(); next != null; next = requests.poll()) {
            all.add(next);
        }
        return all;
    }

    /** The number of issued access tokens for the Management API. */
    int grants() {
        return grants.get();
    }

    LogtoTenant tenant() {
        return new LogtoTenant(
                URI.create("http://127.0.0.1:" + server.getAddress().getPort()));
    }

    Logto.Builder logto(MovableClock clock) {
        return Logto.at(tenant(), "app", "secret")
                .callsPerSecond(10_000)
                .timeout(Loopback.PATIENCE)
                .clock(clock)
                .steadyClock(clock.steady());
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    // Answers

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            URI uri = exchange.getRequestURI();
            if (uri.getPath().startsWith("/oidc/")) {
                if (uri.getPath().endsWith("/token")) {
                    grants.incrementAndGet();
                }
                send(exchange, new Reply(200, uri.getPath().endsWith("/jwks") ? jwkSet : TOKEN, null));
                return;
            }
            String request = uri.getRawPath().replaceFirst("^/api", "")
                    + (uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery());
            requests.add(request);
            onRequest.accept(request);
            send(exchange, answer(uri));
        }
    }

    private static void send(HttpExchange exchange, Reply reply) throws IOException {
        byte[] body = reply.body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json; charset=utf-8");
        if (reply.total != null) {
            exchange.getResponseHeaders().set("Total-Number", reply.total.toString());
        }
        exchange.sendResponseHeaders(reply.status, body.length);
        exchange.getResponseBody().write(body);
    }

    private synchronized Reply answer(URI uri) {
        String[] path = Stream.of(uri.getRawPath().split("/"))
                .map(part -> URLDecoder.decode(part, StandardCharsets.UTF_8))
                .skip(2)
                .toArray(String[]::new);
        Query query = Query.of(uri.getRawQuery());
        return switch (path[0]) {
            case "organizations" -> ofOrganization(path, query);
            case "users" -> ofUser(path, query);
            case "applications" -> ofApplication(path, query);
            case "organization-roles" ->
                path.length == 1
                        ? Reply.page(organizationRoles.values(), Role::listed, query)
                        : ofOrganizationRole(path, query);
            case "organization-scopes" -> Reply.optionallyPaged(organizationScopes.values(), Scope::listed, query);
            case "resources" -> Reply.optionallyPaged(resources.values(), Resource::listed, query);
            case "roles" ->
                path.length == 1 ? Reply.page(typed(query), this::counted, query) : ofGlobalRole(path, query);
            default -> new Reply(404, "Not Found", null);
        };
    }

    private Reply ofOrganization(String[] path, Query query) {
        Map<String, Set<String>> users = members.getOrDefault(path[1], Map.of());
        if (path.length == 3) {
            // The users whose ids contain the search term, newest first.
            return Reply.page(
                    users.keySet().stream()
                            .map(this.users::get)
                            .filter(user -> user.id.contains(query.search))
                            .sorted(Comparator.comparingInt(User::number).reversed())
                            .toList(),
                    user -> user.member(users.get(user.id)),
                    query);
        }
        Map<String, Set<String>> holders = path[2].equals("users") ? users : agents.getOrDefault(path[1], Map.of());
        Set<String> held = holders.get(path[3]);
        return held == null
                ? Reply.refusal(422, "organization.require_membership")
                : Reply.optionallyPaged(held, FakeTenant::named, query);
    }

    private Reply ofUser(String[] path, Query query) {
        User user = users.get(path[1]);
        if (user == null) {
            return Reply.refusal(404, "entity.not_found");
        }
        if (path.length == 2) {
            return new Reply(200, json(user.profile()), null);
        }
        return path[2].equals("roles")
                ? Reply.page(
                        globalRoles.values().stream()
                                .filter(role -> role.users.contains(user.id))
                                .toList(),
                        role -> named(role.id),
                        query)
                : Reply.optionallyPaged(
                        members.entrySet().stream()
                                .filter(organization -> organization.getValue().containsKey(user.id))
                                .toList(),
                        organization -> Map.of(
                                "id",
                                organization.getKey(),
                                "organizationRoles",
                                organization.getValue().get(user.id).stream()
                                        .map(FakeTenant::named)
                                        .toList()),
                        query);
    }

    private Reply ofApplication(String[] path, Query query) {
        Set<String> held = applications.get(path[1]);
        if (held == null) {
            return Reply.refusal(404, "entity.not_exists_with_id");
        }
        return path.length == 2
                ? new Reply(200, json(Map.of("id", path[1], "type", "MachineToMachine")), null)
                : Reply.page(held, FakeTenant::named, query);
    }

    private Reply ofOrganizationRole(String[] path, Query query) {
        Role role = organizationRoles.get(path[1]);
        if (role == null) {
            return Reply.refusal(404, "entity.not_found");
        }
        boolean ofResources = path[2].equals("resource-scopes");
        return Reply.optionallyPaged(
                role.scopes.stream()
                        .filter(scope -> (scope.resource != null) == ofResources)
                        .toList(),
                Scope::listed,
                query);
    }

    private Reply ofGlobalRole(String[] path, Query query) {
        Role role = globalRoles.get(path[1]);
        if (role == null) {
            return Reply.refusal(404, "entity.not_exists_with_id");
        }
        return path[2].equals("scopes")
                ? Reply.optionallyPaged(role.scopes, Scope::withResource, query)
                : Reply.page(holders(role), User::profile, query);
    }

    private List<User> holders(Role role) {
        return role.users.stream()
                .map(users::get)
                .sorted(Comparator.comparingInt(User::number).reversed())
                .toList();
    }

    private List<Role> typed(Query query) {
        return globalRoles.values().stream()
                .filter(role -> query.type.isEmpty() || role.type.equals(query.type))
                .toList();
    }

    private Map<String, Object> counted(Role role) {
        long applicationsCount = applications.values().stream()
                .filter(held -> held.contains(role.id))
                .count();
        return Map.of(
                "id",
                role.id,
                "name",
                role.id,
                "type",
                role.type,
                "usersCount",
                role.users.size(),
                "featuredUsers",
                holders(role).stream()
                        .limit(3)
                        .map(user -> Map.of("id", user.id))
                        .toList(),
                "applicationsCount",
                applicationsCount);
    }

    private static Map<String, Object> named(String id) {
        return Map.of("id", id, "name", "name of " + id);
    }

    private static String json(Object value) {
        return MAPPER.writeValueAsString(value);
    }

    /** @param number increases like dates of creation */
    private record User(String id, boolean isSuspended, int number) {

        Map<String, Object> profile() {
            return Map.of("id", id, "isSuspended", isSuspended);
        }

        Map<String, Object> member(Collection<String> roles) {
            return Map.of(
                    "id", id,
                    "isSuspended", isSuspended,
                    "organizationRoles", roles.stream().map(FakeTenant::named).toList());
        }
    }

    private record Scope(String id, String name, @Nullable Resource resource) {

        Map<String, Object> listed() {
            return resource == null
                    ? Map.of("id", id, "name", name)
                    : Map.of("id", id, "name", name, "resourceId", resource.id, "createdAt", 1_700_000_000_000L);
        }

        Map<String, Object> withResource() {
            return Map.of(
                    "id", id, "name", name, "resource", Map.of("id", resource.id, "indicator", resource.indicator));
        }

        Map<String, Object> inOrganizationRole() {
            return Map.of("id", id, "name", name, "resource", Map.of("id", resource.id, "name", "a resource"));
        }
    }

    private record Resource(String id, String indicator, Map<String, Scope> scopes) {

        Map<String, Object> listed() {
            return Map.of(
                    "id", id,
                    "indicator", indicator,
                    "scopes", scopes.values().stream().map(Scope::listed).toList());
        }
    }

    private record Role(String id, String type, List<Scope> scopes, Set<String> users) {

        Role(String id, String type) {
            this(id, type, new ArrayList<>(), new TreeSet<>());
        }

        Map<String, Object> listed() {
            return Map.of(
                    "id", id,
                    "name", id,
                    "type", type,
                    "scopes",
                            those(scope -> scope.resource == null)
                                    .map(Scope::listed)
                                    .toList(),
                    "resourceScopes",
                            those(scope -> scope.resource != null)
                                    .map(Scope::inOrganizationRole)
                                    .toList());
        }

        private Stream<Scope> those(Predicate<Scope> condition) {
            return scopes.stream().filter(condition);
        }
    }

    private record Query(String search, String type, int page, int pageSize) {

        static Query of(@Nullable String raw) {
            Map<String, String> given = new LinkedHashMap<>();
            if (raw != null) {
                for (String parameter : raw.split("&")) {
                    String[] pair = parameter.split("=", 2);
                    given.put(pair[0], URLDecoder.decode(pair[1], StandardCharsets.UTF_8));
                }
            }
            return new Query(
                    given.getOrDefault("q", ""),
                    given.getOrDefault("type", ""),
                    Integer.parseInt(given.getOrDefault("page", "0")),
                    Integer.parseInt(given.getOrDefault("page_size", Integer.toString(DEFAULT_PAGE_SIZE))));
        }
    }

    private record Reply(int status, String body, @Nullable Integer total) {

        static Reply refusal(int status, String code) {
            return new Reply(status, json(Map.of("code", code, "message", "no")), null);
        }

        static <T> Reply page(Collection<T> all, java.util.function.Function<T, Object> shape, Query query) {
            int page = Math.max(query.page, 1);
            List<Object> items = all.stream()
                    .skip((long) (page - 1) * query.pageSize)
                    .limit(query.pageSize)
                    .map(shape)
                    .toList();
            return new Reply(200, json(items), all.size());
        }

        static <T> Reply optionallyPaged(Collection<T> all, java.util.function.Function<T, Object> shape, Query query) {
            return query.page > 0
                    ? page(all, shape, query)
                    : new Reply(200, json(all.stream().map(shape).toList()), null);
        }
    }
}

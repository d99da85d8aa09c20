package io.scopeguard.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.scopeguard.logto.Logto;
import io.scopeguard.logto.LogtoTenant;
import io.scopeguard.testing.FakeManagementApi.Reply;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
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
import java.util.function.ToIntFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A Logto tenant of any size on a loopback socket: the JWK Set, the token endpoint for the Management API, and those reads of the
 * Management API that the library makes. Each change is atomic: no response shows only a part of it. Thread-safe.
 */
public final class FakeLogto implements AutoCloseable {

    static {
        // Head and body are sent in two packets. The second would wait for an acknowledgement of the first.
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    /** The result of a gate that lets a request pass. */
    public static final int PASS = 0;

    /** The result of a gate that drops the connection. */
    public static final int DROP = -1;

    private static final Instant CREATED = Instant.ofEpochSecond(1_700_000_000);

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "logto");
        thread.setDaemon(true);
        return thread;
    });
    private final ToIntFunction<String> gate;
    private final Queue<String> requests = new ConcurrentLinkedQueue<>();
    private final AtomicInteger grants = new AtomicInteger();
    private volatile Consumer<String> onRequest = path -> {};
    private volatile String jwkSet = "{\"keys\":[]}";
    private volatile String tokenScope = "all";

    // Guarded by this

    /** By organization: the ids of the roles of each member. */
    final Map<String, Map<String, Set<String>>> members = new LinkedHashMap<>();

    final Map<String, Map<String, Set<String>>> agents = new LinkedHashMap<>();
    final Map<String, User> users = new LinkedHashMap<>();
    /** The ids of the global roles of each application. */
    final Map<String, Set<String>> applications = new LinkedHashMap<>();

    final Map<String, Role> organizationRoles = new LinkedHashMap<>();
    final Map<String, Role> globalRoles = new LinkedHashMap<>();
    final Map<String, Scope> organizationScopes = new LinkedHashMap<>();
    final Map<String, Resource> resources = new LinkedHashMap<>();
    private final FakeManagementApi api = new FakeManagementApi(this);
    private int ids;

    /** An empty tenant. */
    public FakeLogto() {
        this(path -> PASS);
    }

    /**
     * An empty tenant behind a gate.
     *
     * @param gate is called for each request, on the server's thread, with the path. Returns {@link #PASS}, {@link #DROP}, or the
     *     status of an error
     */
    public FakeLogto(ToIntFunction<String> gate) {
        this.gate = gate;
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

    /** Makes several changes at once. */
    public synchronized FakeLogto change(Consumer<FakeLogto> changes) {
        changes.accept(this);
        return this;
    }

    /** Creates the user unless it exists, with exactly these global roles. */
    public synchronized FakeLogto user(String id, String... roles) {
        create(id);
        globalRoles.values().forEach(role -> role.users.remove(id));
        Stream.of(roles).forEach(role -> assign(role, id));
        return this;
    }

    private void create(String user) {
        users.computeIfAbsent(user, id -> new User(id, false, ++ids));
    }

    public synchronized FakeLogto suspend(String user) {
        users.computeIfPresent(user, (id, active) -> new User(id, true, active.number));
        return this;
    }

    /** Deletes a user or an application, with all its roles and memberships. */
    public synchronized FakeLogto delete(String subject) {
        users.remove(subject);
        applications.remove(subject);
        members.keySet().forEach(organization -> expel(organization, subject));
        globalRoles.values().forEach(role -> role.users.remove(subject));
        return this;
    }

    public synchronized FakeLogto organization(String id) {
        members.putIfAbsent(id, new LinkedHashMap<>());
        agents.putIfAbsent(id, new LinkedHashMap<>());
        return this;
    }

    /** Makes the user a member with exactly these roles; creates the organization and the user if they do not exist. */
    public synchronized FakeLogto member(String organization, String user, String... roles) {
        organization(organization);
        create(user);
        members.get(organization).put(user, new TreeSet<>(List.of(roles)));
        return this;
    }

    /** Removes a user or an application from the organization. */
    public synchronized FakeLogto expel(String organization, String subject) {
        organization(organization);
        members.get(organization).remove(subject);
        agents.get(organization).remove(subject);
        return this;
    }

    /** An application with exactly these global roles. */
    public synchronized FakeLogto application(String id, String... roles) {
        applications.put(id, new TreeSet<>(List.of(roles)));
        return this;
    }

    /** Adds the application to the organization, with exactly these roles; creates both if they do not exist. */
    public synchronized FakeLogto agent(String organization, String application, String... roles) {
        organization(organization);
        applications.putIfAbsent(application, new TreeSet<>());
        agents.get(organization).put(application, new TreeSet<>(List.of(roles)));
        return this;
    }

    public synchronized FakeLogto resource(String indicator, String... scopes) {
        resources.put(indicator, new Resource("res" + ++ids, indicator, new LinkedHashMap<>()));
        Stream.of(scopes).forEach(scope -> resourceScope(indicator, scope));
        return this;
    }

    /** Creates the scope, with an id that no scope had before. */
    public FakeLogto resourceScope(String indicator, String name) {
        return resourceScope(indicator, name, CREATED);
    }

    /** Creates the scope, with an id that no scope had before. */
    public synchronized FakeLogto resourceScope(String indicator, String name, Instant created) {
        Resource resource = resources.get(indicator);
        resource.scopes.put(name, new Scope("scope" + ++ids, name, resource, created));
        return this;
    }

    /** Creates the scope, with an id that no scope had before. */
    public synchronized FakeLogto organizationScope(String name) {
        organizationScopes.put(name, new Scope("scope" + ++ids, name, null, CREATED));
        return this;
    }

    /** A role in organizations, with organization scopes, which are created if they do not exist. */
    public synchronized FakeLogto organizationRole(String id, String... scopes) {
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

    /** Adds scopes of a resource, which are created if they do not exist, to a role in organizations. */
    public synchronized FakeLogto organizationRoleResource(String id, String indicator, String... scopes) {
        add(organizationRoles.get(id), indicator, scopes);
        return this;
    }

    public synchronized FakeLogto deleteOrganizationRole(String id) {
        organizationRoles.remove(id);
        members.values().forEach(all -> all.values().forEach(roles -> roles.remove(id)));
        return this;
    }

    public synchronized FakeLogto globalRole(String id, String type) {
        globalRoles.put(id, new Role(id, type));
        return this;
    }

    /** Adds scopes of a resource, which are created if they do not exist, to a global role. */
    public synchronized FakeLogto globalRoleScopes(String id, String indicator, String... scopes) {
        add(globalRoles.get(id), indicator, scopes);
        return this;
    }

    private void add(Role role, String indicator, String... scopes) {
        for (String scope : scopes) {
            if (!resources.get(indicator).scopes.containsKey(scope)) {
                resourceScope(indicator, scope);
            }
            role.scopes.add(resources.get(indicator).scopes.get(scope));
        }
    }

    /** Assigns a global role to users, which are created if they do not exist. */
    public synchronized FakeLogto assign(String globalRole, String... holders) {
        for (String user : holders) {
            create(user);
            globalRoles.get(globalRole).users.add(user);
        }
        return this;
    }

    public synchronized FakeLogto unassign(String globalRole, String user) {
        globalRoles.get(globalRole).users.remove(user);
        return this;
    }

    public synchronized FakeLogto deleteGlobalRole(String id) {
        globalRoles.remove(id);
        return this;
    }

    /** Sets the name of a role, which is its id until then. */
    public synchronized FakeLogto rename(String role, String name) {
        organizationRoles.computeIfPresent(role, (id, renamed) -> renamed.named(name));
        globalRoles.computeIfPresent(role, (id, renamed) -> renamed.named(name));
        return this;
    }

    /** Publishes this text as the tenant's signing keys. */
    public FakeLogto publish(String keys) {
        jwkSet = keys;
        return this;
    }

    /** Issues access tokens for the Management API with this scope, instead of {@code all}. */
    public FakeLogto tokenScope(String scope) {
        tokenScope = scope;
        return this;
    }

    // Requests

    /** Sets an action that runs before each read of the Management API is answered, on the server's thread, with path and query. */
    public void onRequest(Consumer<String> action) {
        onRequest = action;
    }

    /** The reads of the Management API so far, with path and query, below {@code /api}; forgets them. */
    public List<String> requests() {
        List<String> all = new ArrayList<>();
        for (String next = requests.poll(); next != null; next = requests.poll()) {
            all.add(next);
        }
        return all;
    }

    /** The number of issued access tokens for the Management API. */
    public int grants() {
        return grants.get();
    }

    public LogtoTenant tenant() {
        return new LogtoTenant(
                URI.create("http://127.0.0.1:" + server.getAddress().getPort()));
    }

    /** A provider with this tenant and clock. */
    public Logto.Builder logto(MovableClock clock) {
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

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            exchange.getRequestBody().readAllBytes();
            int status = gate.applyAsInt(exchange.getRequestURI().getRawPath());
            if (status == PASS) {
                send(exchange, reply(exchange.getRequestURI()));
            } else if (status != DROP) {
                send(exchange, Reply.refusal(status, code(status)));
            }
        }
    }

    private static String code(int status) {
        return switch (status) {
            case 401 -> "auth.unauthorized";
            case 403 -> "auth.forbidden";
            default -> "trouble";
        };
    }

    private Reply reply(URI uri) {
        if (uri.getPath().equals("/oidc/jwks")) {
            return new Reply(200, jwkSet, null);
        }
        if (uri.getPath().equals("/oidc/token")) {
            grants.incrementAndGet();
            return Reply.of(Map.of(
                    "access_token", "management", "expires_in", 3600, "token_type", "Bearer", "scope", tokenScope));
        }
        String request =
                uri.getRawPath().replaceFirst("^/api", "") + (uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery());
        requests.add(request);
        onRequest.accept(request);
        synchronized (this) {
            return api.answer(uri);
        }
    }

    private static void send(HttpExchange exchange, Reply reply) throws IOException {
        byte[] body = reply.body().getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json; charset=utf-8");
        if (reply.total() != null) {
            exchange.getResponseHeaders().set("Total-Number", reply.total().toString());
        }
        exchange.sendResponseHeaders(reply.status(), body.length);
        exchange.getResponseBody().write(body);
    }

    /** @param number increases like dates of creation */
    record User(String id, boolean isSuspended, int number) {}

    record Scope(String id, String name, @Nullable Resource resource, Instant created) {}

    record Resource(String id, String indicator, Map<String, Scope> scopes) {}

    /** @param users the holders of a global role */
    record Role(String id, String name, String type, List<Scope> scopes, Set<String> users) {

        Role(String id, String type) {
            this(id, id, type, new ArrayList<>(), new TreeSet<>());
        }

        Role named(String other) {
            return new Role(id, other, type, scopes, users);
        }
    }
}

package io.scopeguard.spring.support;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.scopeguard.testing.MovableClock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * A Logto tenant on the loopback interface: JWK Set, token endpoint and the reads of the Management API, with a small model that
 * tests can change. Organization roles are named after their scopes. Thread-safe.
 */
public final class TenantServer implements AutoCloseable {

    /** The indicator of the API resource. */
    public static final String RESOURCE = "https://api.example.test";

    public static final String APP_ID = "management-app";
    public static final String APP_SECRET = "management-secret-4711";

    static {
        // Head and body are sent in two packets. The second would wait for an acknowledgement of the first.
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String ORGANIZATION_ID = "urn:logto:organization:";
    private static final AtomicInteger IDS = new AtomicInteger();

    private final HttpServer server;
    private final MovableClock clock;
    private final ECKey key = newKey("key-1");
    private final List<ECKey> published = new CopyOnWriteArrayList<>(List.of(key));

    private final Map<String, Boolean> suspended = new ConcurrentHashMap<>();
    private final Set<String> applications = ConcurrentHashMap.newKeySet();
    /** The ids of roles, by organization and member. */
    private final Map<String, Map<String, Set<String>>> members = new ConcurrentHashMap<>();

    private final Map<String, Set<String>> globalRoles = new ConcurrentHashMap<>();
    private final Map<String, Set<String>> organizationScopesOfRole = new ConcurrentHashMap<>();
    private final Map<String, Set<String>> resourceScopesOfRole = new ConcurrentHashMap<>();
    private final Set<String> organizationScopes = ConcurrentHashMap.newKeySet();
    private final Map<String, Instant> resourceScopes = new ConcurrentHashMap<>();

    private final List<String> calls = new CopyOnWriteArrayList<>();
    private volatile int apiTrouble;
    private volatile int keysTrouble;
    private volatile int tokenTrouble;
    private volatile String tokenScope = "all";
    private volatile CompletableFuture<Void> asked = new CompletableFuture<>();
    private volatile CompletableFuture<Void> released = CompletableFuture.completedFuture(null);

    public TenantServer(MovableClock clock) {
        this.clock = clock;
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "tenant");
            thread.setDaemon(true);
            return thread;
        }));
        server.createContext("/", this::handle);
        server.start();
        organizationScopes.addAll(List.of("read:report", "write:report", "delete:report", "invite:member"));
        List.of("read:document", "write:document", "delete:document")
                .forEach(scope -> resourceScopes.put(scope, Instant.EPOCH));
    }

    public String endpoint() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** Properties that connect an application with this tenant. */
    public Map<String, Object> properties() {
        Map<String, Object> properties = new LinkedHashMap<>();
        properties.put("scope-guard.logto.endpoint", endpoint());
        properties.put("scope-guard.logto.app-id", APP_ID);
        properties.put("scope-guard.logto.app-secret", APP_SECRET);
        properties.put("scope-guard.logto.calls-per-second", 1000);
        properties.put("scope-guard.resources", RESOURCE);
        properties.put("scope-guard.default-audience", "organization");
        properties.put("scope-guard.drift.spread", "1s");
        // A busy machine may take longer than the default wait of an application.
        properties.put("scope-guard.permissions.max-wait", "60s");
        properties.put("scope-guard.logto.timeout", "30s");
        properties.put("scope-guard.startup-timeout", "10m");
        return properties;
    }

    @Override
    public void close() {
        server.stop(0);
    }

    // The model

    /** A unique id. */
    public static String newId(String kind) {
        return kind + IDS.incrementAndGet();
    }

    public String newUser() {
        return addUser(newId("user"));
    }

    /** Creates the user with this id unless it exists. */
    public String addUser(String id) {
        suspended.put(id, false);
        return id;
    }

    public String newApplication() {
        String id = newId("agent");
        applications.add(id);
        return id;
    }

    public void suspend(String user) {
        suspended.put(user, true);
    }

    /** Deletes a user or an application with all its roles and memberships. */
    public void delete(String subject) {
        suspended.remove(subject);
        applications.remove(subject);
        globalRoles.remove(subject);
        members.values().forEach(of -> of.remove(subject));
    }

    /** Makes the subject a member with one role, which grants these scopes of the organization and of the resource. */
    public void join(String organization, String subject, String... scopes) {
        members.computeIfAbsent(organization, id -> new ConcurrentHashMap<>())
                .put(subject, Set.of(organizationRole(scopes)));
    }

    /** Makes the subject a member with the same roles as a member of another organization. */
    public void joinLike(String organization, String subject, String otherOrganization, String other) {
        members.computeIfAbsent(organization, id -> new ConcurrentHashMap<>())
                .put(subject, members.get(otherOrganization).get(other));
    }

    public void leave(String organization, String subject) {
        members.getOrDefault(organization, Map.of()).remove(subject);
    }

    /** Grants scopes of the resource outside of organizations. */
    public void grant(String subject, String... scopes) {
        globalRoles.put(subject, scopes.length == 0 ? Set.of() : Set.of(globalRole(scopes)));
    }

    /** Assigns exactly these global roles to a user, by name. */
    public void assign(String user, String... names) {
        globalRoles.put(user, Arrays.stream(names).map(TenantServer::idOf).collect(Collectors.toSet()));
    }

    /** Assigns exactly these organization roles to a member, by name. They grant nothing. */
    public void assignIn(String organization, String member, String... names) {
        Set<String> ids = Arrays.stream(names).map(TenantServer::idOf).collect(Collectors.toSet());
        ids.forEach(id -> {
            organizationScopesOfRole.put(id, Set.of());
            resourceScopesOfRole.put(id, Set.of());
        });
        members.computeIfAbsent(organization, id -> new ConcurrentHashMap<>()).put(member, ids);
    }

    private static String idOf(String role) {
        return "id-of-" + role;
    }

    private static String nameOf(String id) {
        return id.replaceFirst("^id-of-", "");
    }

    public void addOrganizationScope(String name) {
        organizationScopes.add(name);
    }

    public void addResourceScope(String name, Instant created) {
        resourceScopes.put(name, created);
    }

    private String organizationRole(String... scopes) {
        String id = newId("orole");
        Set<String> names = new LinkedHashSet<>(Arrays.asList(scopes));
        names.stream().filter(name -> !isOfResource(name)).forEach(organizationScopes::add);
        organizationScopesOfRole.put(id, filtered(names, false));
        resourceScopesOfRole.put(id, filtered(names, true));
        return id;
    }

    private String globalRole(String... scopes) {
        String id = newId("role");
        resourceScopesOfRole.put(id, new TreeSet<>(Arrays.asList(scopes)));
        return id;
    }

    private static Set<String> filtered(Collection<String> names, boolean ofResource) {
        Set<String> kept = new TreeSet<>(names);
        kept.removeIf(name -> isOfResource(name) != ofResource);
        return kept;
    }

    private static boolean isOfResource(String scope) {
        return scope.endsWith(":document");
    }

    // Trouble

    /** Sets the status of all reads of the Management API from now on; 0 for normal answers, -1 for a broken connection. */
    public void troubleApi(int status) {
        apiTrouble = status;
    }

    public void troubleKeys(int status) {
        keysTrouble = status;
    }

    public void troubleToken(int status) {
        tokenTrouble = status;
    }

    /**
     * Holds all answers back from now on, until {@link #release}.
     *
     * @return completes with the first waiting call
     */
    public CompletableFuture<Void> hold() {
        asked = new CompletableFuture<>();
        released = new CompletableFuture<>();
        return asked;
    }

    public void release() {
        released.complete(null);
    }

    public void issueManagementTokensFor(String scope) {
        tokenScope = scope;
    }

    public void publish(ECKey... keys) {
        published.clear();
        published.addAll(List.of(keys));
    }

    /** The requested paths, oldest first. */
    public List<String> calls() {
        return List.copyOf(calls);
    }

    // Tokens

    public ECKey key() {
        return key;
    }

    public static ECKey newKey(String id) {
        try {
            return new ECKeyGenerator(Curve.P_384)
                    .keyID(id)
                    .keyUse(KeyUse.SIGNATURE)
                    .generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    /** An organization token of a user, or of an application on its own behalf. */
    public TestToken organizationToken(String organization, String subject, String... scopes) {
        return token(ORGANIZATION_ID + organization, subject, scopes);
    }

    /** A token for the API resource within an organization. */
    public TestToken organizationResourceToken(String organization, String subject, String... scopes) {
        return token(RESOURCE, subject, scopes).with("organization_id", organization);
    }

    /** A token for the API resource, outside of organizations. */
    public TestToken resourceToken(String subject, String... scopes) {
        return token(RESOURCE, subject, scopes);
    }

    private TestToken token(String audience, String subject, String... scopes) {
        Map<String, Object> claims = new LinkedHashMap<>();
        claims.put("jti", UUID.randomUUID().toString());
        claims.put("sub", subject);
        claims.put("iat", clock.instant().getEpochSecond());
        claims.put("exp", clock.instant().plusSeconds(3600).getEpochSecond());
        claims.put("scope", String.join(" ", scopes));
        claims.put("client_id", subject.startsWith("agent") ? subject : "web-app");
        claims.put("iss", endpoint() + "/oidc");
        claims.put("aud", audience);
        return new TestToken(key, "at+jwt", claims);
    }

    // HTTP

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            exchange.getRequestBody().readAllBytes();
            String path = exchange.getRequestURI().getRawPath();
            calls.add(path);
            asked.complete(null);
            released.join();
            if (path.equals("/oidc/jwks")) {
                keys(exchange);
            } else if (path.equals("/oidc/token")) {
                token(exchange);
            } else if (apiTrouble != 0) {
                trouble(exchange, apiTrouble);
            } else {
                api(exchange, path);
            }
        }
    }

    private void keys(HttpExchange exchange) throws IOException {
        if (keysTrouble != 0) {
            trouble(exchange, keysTrouble);
        } else {
            send(
                    exchange,
                    200,
                    new JWKSet(List.copyOf(published)).toPublicJWKSet().toJSONObject());
        }
    }

    private void token(HttpExchange exchange) throws IOException {
        if (tokenTrouble != 0) {
            trouble(exchange, tokenTrouble);
        } else {
            send(
                    exchange,
                    200,
                    Map.of("access_token", "m2m", "expires_in", 3600, "token_type", "Bearer", "scope", tokenScope));
        }
    }

    private static void trouble(HttpExchange exchange, int status) throws IOException {
        if (status > 0) {
            send(exchange, status, Map.of("message", "Trouble.", "code", code(status)));
        }
    }

    /** Logto's error codes. */
    private static String code(int status) {
        return switch (status) {
            case 401 -> "auth.unauthorized";
            case 403 -> "auth.forbidden";
            default -> "trouble";
        };
    }

    private void api(HttpExchange exchange, String rawPath) throws IOException {
        List<String> parts = Arrays.stream(rawPath.split("/"))
                .skip(2)
                .map(part -> URLDecoder.decode(part, StandardCharsets.UTF_8))
                .toList();
        Object answer = switch (shape(parts)) {
            case "organization-roles" -> organizationRoles();
            case "organization-scopes" ->
                organizationScopes.stream()
                        .map(name -> Map.of("id", name, "name", name))
                        .toList();
            case "resources" -> resources();
            case "organizations/*/users" -> found(parts.get(1), query(exchange).getOrDefault("q", ""));
            case "organizations/*/users/*/roles", "organizations/*/applications/*/roles" ->
                rolesIn(parts.get(1), parts.get(3));
            case "users/*" -> suspended.containsKey(parts.get(1)) ? user(parts.get(1)) : null;
            case "users/*/organizations" -> suspended.containsKey(parts.get(1)) ? organizationsOf(parts.get(1)) : null;
            case "users/*/roles" -> suspended.containsKey(parts.get(1)) ? globalRolesOf(parts.get(1)) : null;
            case "applications/*" -> applications.contains(parts.get(1)) ? Map.of("id", parts.get(1)) : null;
            case "applications/*/roles" -> applications.contains(parts.get(1)) ? globalRolesOf(parts.get(1)) : null;
            case "organization-roles/*/scopes" -> scopesOf(organizationScopesOfRole, parts.get(1));
            case "organization-roles/*/resource-scopes" -> scopesOf(resourceScopesOfRole, parts.get(1));
            case "roles" -> globalRoles();
            case "roles/*/users" ->
                holdersOf(parts.get(1)).stream().map(this::user).toList();
            case "roles/*/scopes" -> scopesOfGlobalRole(parts.get(1));
            default -> throw new IllegalStateException("not played: " + rawPath);
        };
        if (answer != null) {
            send(exchange, 200, answer);
        } else if (shape(parts).startsWith("organizations/")) {
            send(exchange, 422, Map.of("code", "organization.require_membership", "message", "x"));
        } else {
            send(exchange, 404, Map.of("code", "entity.not_found", "message", "x"));
        }
    }

    /** The path without ids. */
    private static String shape(List<String> parts) {
        List<String> shape = new ArrayList<>();
        for (int i = 0; i < parts.size(); i++) {
            shape.add(i % 2 == 1 ? "*" : parts.get(i));
        }
        return String.join("/", shape);
    }

    private static Map<String, String> query(HttpExchange exchange) {
        Map<String, String> parameters = new LinkedHashMap<>();
        String raw = exchange.getRequestURI().getRawQuery();
        for (String parameter : raw == null ? new String[0] : raw.split("&")) {
            String[] pair = parameter.split("=", 2);
            parameters.put(pair[0], URLDecoder.decode(pair[1], StandardCharsets.UTF_8));
        }
        return parameters;
    }

    private List<Object> organizationRoles() {
        List<Object> roles = new ArrayList<>();
        organizationScopesOfRole.forEach((id, scopes) -> roles.add(Map.of(
                "id",
                id,
                "name",
                nameOf(id),
                "scopes",
                scopes.stream().map(name -> Map.of("id", name, "name", name)).toList(),
                "resourceScopes",
                resourceScopesOfRole.get(id).stream()
                        .map(name -> Map.of("id", name, "name", name, "resource", Map.of("id", "res1", "name", "API")))
                        .toList())));
        return roles;
    }

    private List<Object> resources() {
        List<Object> scopes = new ArrayList<>();
        resourceScopes.forEach(
                (name, created) -> scopes.add(Map.of("id", name, "name", name, "createdAt", created.toEpochMilli())));
        return List.of(Map.of("id", "res1", "name", "API", "indicator", RESOURCE, "scopes", scopes));
    }

    private List<Object> found(String organization, String part) {
        List<Object> users = new ArrayList<>();
        members.getOrDefault(organization, Map.of()).forEach((id, roles) -> {
            if (id.contains(part) && suspended.containsKey(id)) {
                Map<String, Object> user = new LinkedHashMap<>(user(id));
                user.put("organizationRoles", named(roles));
                users.add(user);
            }
        });
        return users;
    }

    private @Nullable List<Object> rolesIn(String organization, String subject) {
        Set<String> roles = members.getOrDefault(organization, Map.of()).get(subject);
        return roles == null ? null : named(roles);
    }

    private Map<String, Object> user(String id) {
        return Map.of("id", id, "isSuspended", suspended.getOrDefault(id, false));
    }

    private List<Object> organizationsOf(String user) {
        List<Object> organizations = new ArrayList<>();
        members.forEach((id, of) -> {
            if (of.containsKey(user)) {
                organizations.add(Map.of("id", id, "organizationRoles", named(of.get(user))));
            }
        });
        return organizations;
    }

    private List<Object> globalRolesOf(String subject) {
        return named(globalRoles.getOrDefault(subject, Set.of()));
    }

    private List<Object> globalRoles() {
        return List.copyOf(globalRoles.values().stream()
                .flatMap(Set::stream)
                .distinct()
                .map(role -> {
                    List<String> holders = holdersOf(role);
                    return Map.of(
                            "id",
                            role,
                            "name",
                            nameOf(role),
                            "usersCount",
                            holders.size(),
                            "featuredUsers",
                            named(holders.stream().limit(3).toList()));
                })
                .toList());
    }

    private List<String> holdersOf(String role) {
        return globalRoles.entrySet().stream()
                .filter(held -> held.getValue().contains(role) && suspended.containsKey(held.getKey()))
                .map(Map.Entry::getKey)
                .toList();
    }

    private static @Nullable List<Object> scopesOf(Map<String, Set<String>> roles, String role) {
        Set<String> scopes = roles.get(role);
        return scopes == null
                ? null
                : List.copyOf(scopes.stream()
                        .map(name -> Map.of("id", name, "name", name, "resourceId", "res1"))
                        .toList());
    }

    private List<Object> scopesOfGlobalRole(String role) {
        return List.copyOf(resourceScopesOfRole.getOrDefault(role, Set.of()).stream()
                .map(name -> Map.of("id", name, "name", name, "resource", Map.of("id", "res1", "indicator", RESOURCE)))
                .toList());
    }

    private static List<Object> named(Collection<String> ids) {
        return List.copyOf(ids.stream().map(id -> Map.of("id", id, "name", id)).toList());
    }

    private static void send(HttpExchange exchange, int status, Object body) throws IOException {
        byte[] bytes = JSON.writeValueAsBytes(body);
        exchange.getResponseHeaders().set("Content-Type", "application/json; charset=utf-8");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }
}

package io.scopeguard.spring.support;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import io.scopeguard.testing.FakeLogto;
import io.scopeguard.testing.MovableClock;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * A {@link FakeLogto} for tests that name scopes instead of roles: it creates the roles that grant them. It also issues tokens, and
 * can fail or hold its responses back. Thread-safe.
 */
public final class TenantServer implements AutoCloseable {

    /** The indicator of the API resource. Its scopes end with {@code :document}. */
    public static final String RESOURCE = "https://api.example.test";

    public static final String APP_ID = "management-app";
    public static final String APP_SECRET = "management-secret-4711";

    private static final String ORGANIZATION_ID = "urn:logto:organization:";
    private static final String APPLICATION = "agent";
    private static final AtomicInteger IDS = new AtomicInteger();

    private final FakeLogto logto = new FakeLogto(this::gate);
    private final MovableClock clock;
    private final ECKey key = newKey("key-1");

    /** The ids of roles in organizations, by their scopes. */
    private final Map<Set<String>, String> organizationRoles = new ConcurrentHashMap<>();

    /** The ids of global roles, by their type and scopes. */
    private final Map<String, Map<Set<String>, String>> globalRoles =
            Map.of("User", new ConcurrentHashMap<>(), "MachineToMachine", new ConcurrentHashMap<>());

    /** The ids of roles without scopes, by their names. */
    private final Map<String, String> namedOrganizationRoles = new ConcurrentHashMap<>();

    private final Map<String, String> namedGlobalRoles = new ConcurrentHashMap<>();

    private final Queue<String> calls = new ConcurrentLinkedQueue<>();
    private volatile int readStatus = FakeLogto.PASS;
    private volatile int keyStatus = FakeLogto.PASS;
    private volatile int tokenStatus = FakeLogto.PASS;
    private volatile Hold hold = new Hold();

    public TenantServer(MovableClock clock) {
        this.clock = clock;
        release();
        publish(key);
        logto.resource(RESOURCE, "read:document", "write:document", "delete:document");
        List.of("read:report", "write:report", "delete:report", "invite:member").forEach(logto::organizationScope);
    }

    public String endpoint() {
        return logto.tenant().endpoint().toString();
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
        logto.close();
    }

    // Content

    /** A unique id. */
    public static String newId(String kind) {
        return kind + IDS.incrementAndGet();
    }

    public String newUser() {
        return addUser(newId("user"));
    }

    /** Creates the user with this id. */
    public String addUser(String id) {
        logto.user(id);
        return id;
    }

    public String newApplication() {
        String id = newId(APPLICATION);
        logto.application(id);
        return id;
    }

    private static boolean isApplication(String subject) {
        return subject.startsWith(APPLICATION);
    }

    public void suspend(String user) {
        logto.suspend(user);
    }

    /** Deletes a user or an application with all its roles and memberships. */
    public void delete(String subject) {
        logto.delete(subject);
    }

    /** Makes the subject a member with one role, which grants exactly these scopes of the organization and of the resource. */
    public void join(String organization, String subject, String... scopes) {
        setRoles(organization, subject, organizationRoles.computeIfAbsent(setOf(scopes), this::newOrganizationRole));
    }

    public void leave(String organization, String subject) {
        logto.expel(organization, subject);
    }

    /** Grants exactly these scopes of the resource outside of organizations, by one role if there are any. */
    public void grant(String subject, String... scopes) {
        String type = isApplication(subject) ? "MachineToMachine" : "User";
        if (scopes.length == 0) {
            setGlobalRoles(subject);
        } else {
            setGlobalRoles(
                    subject, globalRoles.get(type).computeIfAbsent(setOf(scopes), names -> newGlobalRole(type, names)));
        }
    }

    /** Assigns exactly these global roles to a user, by name. They grant nothing. */
    public void assign(String user, String... names) {
        setGlobalRoles(
                user,
                Stream.of(names)
                        .map(name -> namedGlobalRoles.computeIfAbsent(
                                name, missing -> renamed(newGlobalRole("User", Set.of()), missing)))
                        .toArray(String[]::new));
    }

    /** Assigns exactly these organization roles to a member, by name. They grant nothing. */
    public void assignIn(String organization, String member, String... names) {
        setRoles(
                organization,
                member,
                Stream.of(names)
                        .map(name -> namedOrganizationRoles.computeIfAbsent(
                                name, missing -> renamed(newOrganizationRole(Set.of()), missing)))
                        .toArray(String[]::new));
    }

    public void addOrganizationScope(String name) {
        logto.organizationScope(name);
    }

    public void addResourceScope(String name, Instant created) {
        logto.resourceScope(RESOURCE, name, created);
    }

    private void setRoles(String organization, String subject, String... roles) {
        if (isApplication(subject)) {
            logto.agent(organization, subject, roles);
        } else {
            logto.member(organization, subject, roles);
        }
    }

    private void setGlobalRoles(String subject, String... roles) {
        if (isApplication(subject)) {
            logto.application(subject, roles);
        } else {
            logto.user(subject, roles);
        }
    }

    private String newOrganizationRole(Set<String> scopes) {
        String id = newId("orole");
        logto.change(tenant -> tenant.organizationRole(id, only(scopes, false))
                .organizationRoleResource(id, RESOURCE, only(scopes, true)));
        return id;
    }

    private String newGlobalRole(String type, Set<String> scopes) {
        String id = newId("role");
        logto.change(
                tenant -> tenant.globalRole(id, type).globalRoleScopes(id, RESOURCE, scopes.toArray(String[]::new)));
        return id;
    }

    private String renamed(String role, String name) {
        logto.rename(role, name);
        return role;
    }

    private static Set<String> setOf(String... scopes) {
        return new TreeSet<>(List.of(scopes));
    }

    private static String[] only(Set<String> scopes, boolean ofResource) {
        return scopes.stream()
                .filter(scope -> scope.endsWith(":document") == ofResource)
                .toArray(String[]::new);
    }

    public void issueManagementTokensFor(String scope) {
        logto.tokenScope(scope);
    }

    public void publish(ECKey... keys) {
        logto.publish(new JWKSet(List.<JWK>of(keys)).toString(true));
    }

    // Failures

    /** Fails all reads of the Management API from now on, with this status, or {@link FakeLogto#DROP}. */
    public void failReads(int status) {
        readStatus = status;
    }

    /** The same for requests for the JWK Set. */
    public void failKeys(int status) {
        keyStatus = status;
    }

    /** The same for requests for access tokens for the Management API. */
    public void failTokenRequests(int status) {
        tokenStatus = status;
    }

    /** Answers all requests again. */
    public void recover() {
        readStatus = FakeLogto.PASS;
        keyStatus = FakeLogto.PASS;
        tokenStatus = FakeLogto.PASS;
    }

    /**
     * Holds all responses back from now on, until {@link #release}.
     *
     * @return completes with the first waiting request
     */
    public CompletableFuture<Void> hold() {
        Hold begun = new Hold();
        hold = begun;
        return begun.reached;
    }

    public void release() {
        hold.released.complete(null);
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
        claims.put("client_id", isApplication(subject) ? subject : "web-app");
        claims.put("iss", endpoint() + "/oidc");
        claims.put("aud", audience);
        return new TestToken(key, "at+jwt", claims);
    }

    // HTTP

    /** Records the request, waits while responses are held back, and returns how to respond. */
    private int gate(String path) {
        calls.add(path);
        Hold current = hold;
        current.reached.complete(null);
        current.released.join();
        return switch (path) {
            case "/oidc/jwks" -> keyStatus;
            case "/oidc/token" -> tokenStatus;
            default -> readStatus;
        };
    }

    /**
     * A time during which no request is answered.
     *
     * @param reached completes with the first request
     */
    private record Hold(CompletableFuture<Void> reached, CompletableFuture<Void> released) {

        Hold() {
            this(new CompletableFuture<>(), new CompletableFuture<>());
        }
    }
}

package io.scopeguard.auth0;

import io.scopeguard.auth0.TenantState.Api;
import io.scopeguard.auth0.TenantState.ClientGrant;
import io.scopeguard.auth0.TenantState.Organization;
import io.scopeguard.auth0.TenantState.Permission;
import io.scopeguard.auth0.TenantState.User;
import io.scopeguard.provider.CallBudget;
import io.scopeguard.scope.Audience;
import io.scopeguard.testing.DatedServer;
import io.scopeguard.testing.Loopback;
import io.scopeguard.testing.MovableClock;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An Auth0 tenant on a loopback socket, on a clock that tests can move. It answers those requests that the library makes, in the
 * shapes that Auth0 documents: both ways of paging, error objects with codes, rate limits by endpoint, and lists with a delay.
 */
public final class FakeAuth0 implements AutoCloseable {

    public static final String API = "https://api.example.test";
    public static final String CLIENT = "guard-client";
    public static final String SECRET = "guard-secret";
    public static final Set<String> ALL_PERMISSIONS = Set.of(
            "read:organization_members",
            "read:organization_member_roles",
            "read:roles",
            "read:users",
            "read:resource_servers",
            "read:client_grants",
            "read:organization_client_grants");

    final Clock clock;
    private final DatedServer server;
    private final FakeManagementApi api;
    private final Queue<String> requests = new ConcurrentLinkedQueue<>();
    private final NavigableMap<Instant, TenantState> history = new TreeMap<>();
    private Duration lag = Duration.ZERO;
    private int ids;

    /** The claim in which tokens contain the names of roles, if there is an Action that adds it. */
    volatile @Nullable String rolesClaim;

    public FakeAuth0(Clock clock) {
        this.clock = clock;
        history.put(Instant.MIN, new TenantState());
        api = new FakeManagementApi(this);
        server = new DatedServer(clock, this::answer);
    }

    // Content

    private synchronized FakeAuth0 change(Consumer<TenantState> change) {
        TenantState next = now().copy();
        change.accept(next);
        history.put(clock.instant(), next);
        return this;
    }

    synchronized TenantState now() {
        return history.lastEntry().getValue();
    }

    /** The state that the lagging endpoints show. */
    synchronized TenantState late() {
        return history.floorEntry(clock.instant().minus(lag)).getValue();
    }

    /** Lets lists show the state from some time ago. */
    synchronized FakeAuth0 lag(Duration behind) {
        lag = behind;
        return this;
    }

    public FakeAuth0 api(String identifier, String... scopes) {
        return api(identifier, true, "access_token", "RS256", scopes);
    }

    public FakeAuth0 api(String identifier, boolean rbac, String dialect, String algorithm, String... scopes) {
        return change(state ->
                state.apis.put(identifier, new Api(new LinkedHashSet<>(List.of(scopes)), rbac, dialect, algorithm)));
    }

    /** A role with permissions of the usual API, whose scopes are created if necessary. */
    public FakeAuth0 role(String id, String... permissions) {
        return roleOfApi(id, API, permissions);
    }

    public FakeAuth0 roleOfApi(String id, String identifier, String... permissions) {
        return change(state -> {
            Api known = state.apis.getOrDefault(identifier, new Api(Set.of(), true, "access_token", "RS256"));
            Set<String> scopes = new LinkedHashSet<>(known.scopes());
            scopes.addAll(List.of(permissions));
            state.apis.put(identifier, new Api(scopes, known.isRbacEnabled(), known.dialect(), known.algorithm()));
            state.roles.put(
                    id,
                    Stream.of(permissions)
                            .map(name -> new Permission(name, identifier))
                            .collect(Collectors.toCollection(LinkedHashSet::new)));
        });
    }

    public FakeAuth0 deleteRole(String id) {
        return change(state -> {
            state.roles.remove(id);
            state.organizations.values().forEach(each -> each.members.values().forEach(roles -> roles.remove(id)));
        });
    }

    public FakeAuth0 user(String id) {
        return change(state -> state.users.putIfAbsent(id, new User()));
    }

    public FakeAuth0 block(String user, boolean isBlocked) {
        return change(state -> state.users.get(user).isBlocked = isBlocked);
    }

    public FakeAuth0 delete(String user) {
        return change(state -> {
            state.users.remove(user);
            state.organizations.values().forEach(each -> each.members.remove(user));
        });
    }

    /** Roles and permissions of the usual API that the user has outside of organizations. */
    public FakeAuth0 global(String user, Set<String> roles, Set<String> permissions) {
        return change(state -> {
            User known = state.users.computeIfAbsent(user, id -> new User());
            known.roles.clear();
            known.roles.addAll(roles);
            known.permissions.clear();
            permissions.forEach(name -> known.permissions.add(new Permission(name, API)));
        });
    }

    /** Makes the user a member with exactly these roles. */
    public FakeAuth0 member(String organization, String user, String... roles) {
        return change(state -> {
            state.users.putIfAbsent(user, new User());
            state.organizations
                    .computeIfAbsent(organization, id -> new Organization())
                    .members
                    .put(user, new LinkedHashSet<>(List.of(roles)));
        });
    }

    public FakeAuth0 expel(String organization, String user) {
        return change(state -> state.organizations.get(organization).members.remove(user));
    }

    public FakeAuth0 deleteOrganization(String organization) {
        return change(state -> state.organizations.remove(organization));
    }

    public FakeAuth0 group(String organization, String group, Set<String> members, Set<String> roles) {
        return change(state -> {
            Organization known = state.organizations.computeIfAbsent(organization, id -> new Organization());
            known.groupMembers.put(group, members);
            known.groupRoles.put(group, roles);
        });
    }

    /** A client grant for the usual API. */
    public FakeAuth0 grant(String client, String usage, boolean isForAny, Set<String> organizations, String... scopes) {
        return grant(client, usage, isForAny, "client", organizations, scopes);
    }

    public FakeAuth0 grant(
            String client, String usage, boolean isForAny, String type, Set<String> organizations, String... scopes) {
        return change(state -> {
            state.grants.removeIf(grant ->
                    grant.client().equals(client) && grant.subjectType().equals(type));
            state.grants.add(
                    new ClientGrant("cgr_" + ++ids, client, API, Set.of(scopes), usage, isForAny, type, organizations));
        });
    }

    // Behaviour

    /** Adds an Action that puts the names of the user's roles into tokens. */
    public FakeAuth0 rolesClaim(String claim) {
        rolesClaim = claim;
        return this;
    }

    /** The Management API's settings: permissions, limits, faults. */
    public FakeManagementApi management() {
        return api;
    }

    /** The reads of the Management API so far, below {@code /api/v2}; forgets them. */
    public List<String> requests() {
        List<String> all = new ArrayList<>();
        for (String next = requests.poll(); next != null; next = requests.poll()) {
            all.add(next);
        }
        return all;
    }

    public String url() {
        return server.url();
    }

    public Auth0Tenant tenant() {
        return Auth0Tenant.of(url());
    }

    /** A connection to the tenant without limits and without delay, with the clock of the core's tests. */
    public Auth0.Builder auth0() {
        return Auth0.at(tenant(), CLIENT, SECRET)
                .resources(List.of(Audience.resource(API)))
                .budget(CallBudget.perSecond(10_000))
                .memberCallsPerMinute(1_000_000)
                .delay(Duration.ZERO)
                .timeout(Loopback.PATIENCE)
                .steadyClock(((MovableClock) clock).steady());
    }

    /** A user signs in and requests these scopes. */
    public FakeSignIn signIn(String user, @Nullable String organization, String... scopes) {
        return new FakeSignIn(this, user, organization, List.of(scopes));
    }

    private DatedServer.Response answer(DatedServer.Request request) {
        String path = request.target().getRawPath();
        if (path.equals("/oauth/token")) {
            return api.token(request);
        }
        if (path.startsWith("/api/v2/")) {
            String query = request.target().getRawQuery();
            requests.add(path.substring("/api/v2".length()) + (query == null ? "" : "?" + query));
            return api.answer(request);
        }
        return path.equals("/.well-known/jwks.json")
                ? new DatedServer.Response(200, Map.of("Content-Type", "application/json"), FakeSignIn.jwkSet())
                : new DatedServer.Response(404, Map.of(), "Not Found");
    }

    @Override
    public void close() {
        server.close();
    }
}

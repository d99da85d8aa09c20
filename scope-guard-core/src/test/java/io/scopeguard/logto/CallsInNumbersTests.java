package io.scopeguard.logto;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.permission.CacheSettings;
import io.scopeguard.permission.Freshness;
import io.scopeguard.permission.PermissionKey;
import io.scopeguard.permission.RoleInterest;
import io.scopeguard.permission.SteppedCache;
import io.scopeguard.provider.PermissionChange;
import io.scopeguard.provider.Subject;
import io.scopeguard.role.RoleKind;
import io.scopeguard.role.Roles;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import io.scopeguard.testing.FakeLogto;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.time.SteadyClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Calls for active users of each kind of token, once everything is cached: the numbers in the documentation. */
class CallsInNumbersTests {

    private static final String INDICATOR = "https://api.example.test";
    private static final Audience API = Audience.resource(INDICATOR);
    private static final Duration MAX_AGE = Duration.ofSeconds(30);
    private static final Duration MAX_STALE = Duration.ofMinutes(5);
    private static final int WARM_UP = 2;
    private static final int MEASURED = 2;

    private final MovableClock clock = MovableClock.atNoon();
    private final SteadyClock steady = clock.steady();
    private final FakeLogto tenant = new FakeLogto()
            .resource(INDICATOR, "read", "write")
            .organizationRole("editor", "report")
            .organizationRoleResource("editor", INDICATOR, "read");
    private final Logto logto =
            tenant.logto(clock).steadyClock(steady).resources(List.of(API)).build();
    private final SteppedCache stepped = new SteppedCache(
            logto.permissions(),
            steady,
            new CacheSettings(MAX_AGE, MAX_STALE, Duration.ofSeconds(60), 10_000, Duration.ofHours(1)));

    @AfterEach
    void close() {
        tenant.close();
    }

    /** An organization costs a call for each active member, or for each hundred members, whichever is fewer. */
    @ParameterizedTest
    @CsvSource({"1, 1, 1", "50, 50, 1", "250, 250, 3", "250, 2, 2", "250, 3, 3", "250, 10, 3"})
    void callsWhenTokensAreForAnOrganizationThenOneForEachMemberOrPage(int members, int active, int expected) {
        List<PermissionKey> users = members(members, active, Audience.ORGANIZATION);

        assertCosts(interval(users), Map.of("members", expected, "organization-roles", 1));
    }

    @Test
    void callsWhenThereAreManyOrganizationsThenOneForEachAndOneForAllRoles() {
        List<PermissionKey> users = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            tenant.member("org" + i, user(i), "editor");
            users.add(key(user(i), "org" + i, Audience.ORGANIZATION));
        }

        assertCosts(interval(users), Map.of("members", 20, "organization-roles", 1));
    }

    /** A global role without holders costs nothing in addition to the list of roles. */
    @Test
    void callsWhenNobodyHoldsAGlobalRoleThenNoneForItsHolders() {
        tenant.globalRole("auditor", "User").globalRoleScopes("auditor", INDICATOR, "write");
        List<PermissionKey> users = members(250, 250, API);

        assertCosts(interval(users), Map.of("members", 3, "organization-roles", 1, "roles", 1));
    }

    /** Memberships contain the organization roles. */
    @Test
    void callsWhenAnOrganizationRoleIsRequiredThenNoneForGlobalRoles() {
        List<PermissionKey> users =
                interested(members(250, 250, Audience.ORGANIZATION), Roles.of(RoleKind.ORGANIZATION, Set.of("editor")));

        assertCosts(interval(users), Map.of("members", 3, "organization-roles", 1));
    }

    /** A required global role costs one call for each user that needs it, or the list of its holders, whichever is fewer calls. */
    @ParameterizedTest
    @CsvSource({"0, 250, 0", "3, 250, 0", "250, 250, 3", "250, 2, 2"})
    void callsWhenAGlobalRoleIsRequiredThenAtMostOneForEachUserOrPageOfHolders(int holders, int active, int expected) {
        tenant.globalRole("paid-tier", "User").globalRole("other", "User");
        List<PermissionKey> users =
                interested(members(250, active, Audience.ORGANIZATION), Roles.of(RoleKind.GLOBAL, Set.of("paid-tier")));
        IntStream.range(0, holders).forEach(i -> tenant.assign("paid-tier", user(i)));
        IntStream.range(0, 250).forEach(i -> tenant.assign("other", user(i)));

        Map<String, Integer> costs = interval(users);
        assertCosts(costs, "roles", 1);
        assertThat(costs.getOrDefault("holders", 0) + costs.getOrDefault("user-roles", 0))
                .as("%s", costs)
                .isLessThanOrEqualTo(expected);
        assertThat(costs).doesNotContainKey("users");
    }

    /** The list of roles names up to three holders. */
    @Test
    void callsWhenThreeHoldAGlobalRoleThenAConstantNumberForRoles() {
        tenant.globalRole("auditor", "User").globalRoleScopes("auditor", INDICATOR, "write");
        List<PermissionKey> users = members(250, 250, API);
        tenant.assign("auditor", user(0), user(1), user(2));

        Map<String, Integer> interval = interval(users);
        assertCosts(interval, "members", 3);
        assertThat(interval).doesNotContainKeys("user-roles", "users");
        // The list of roles and the scopes of this role: a constant number of calls for any number of active users.
        assertThat(interval.get("roles") + interval.get("role-scopes") + interval.getOrDefault("holders", 0))
                .as("%s", interval)
                .isLessThanOrEqualTo(6);
    }

    @ParameterizedTest
    @CsvSource({"250, 250, 3", "250, 2, 2"})
    void callsWhenManyHoldAGlobalRoleThenAtMostOneForEachUserOrPageOfHolders(int holders, int active, int expected) {
        tenant.globalRole("auditor", "User").globalRoleScopes("auditor", INDICATOR, "write");
        List<PermissionKey> users = members(250, active, API);
        IntStream.range(0, holders).forEach(i -> tenant.assign("auditor", user(i)));

        Map<String, Integer> interval = interval(users);
        assertThat(interval.getOrDefault("holders", 0) + interval.getOrDefault("user-roles", 0))
                .as("%s", interval)
                .isLessThanOrEqualTo(expected);
    }

    /** The standing of each user takes a call of its own. */
    @Test
    void callsWhenTokensAreForNoOrganizationThenOneForEachUser() {
        tenant.globalRole("auditor", "User").globalRoleScopes("auditor", INDICATOR, "write");
        List<PermissionKey> users =
                IntStream.range(0, 30).mapToObj(i -> key(user(i), null, API)).toList();
        users.forEach(key -> tenant.user(key.subject().id()));

        assertCosts(interval(users), Map.of("users", 30, "organization-roles", 1, "roles", 1));
    }

    @Test
    void callsWhenSubjectsAreMachinesThenOneForEach() {
        List<PermissionKey> agents = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            tenant.agent("acme", "agent" + i, "editor");
            agents.add(new PermissionKey(
                    new Subject(Subject.Type.APPLICATION, "agent" + i), "acme", Audience.ORGANIZATION));
        }

        assertCosts(interval(agents), Map.of("organization-application-roles", 10, "organization-roles", 1));
    }

    /** No list of roles, and no catalogue: nobody is there who could be asked for consent. */
    @Test
    void callsWhenMachinesHaveTokensForNoOrganizationThenOneForEachAndForEachRoleTheyHold() {
        tenant.globalRole("importer", "MachineToMachine").globalRoleScopes("importer", INDICATOR, "write");
        tenant.globalRole("exporter", "MachineToMachine").globalRoleScopes("exporter", INDICATOR, "read");
        List<PermissionKey> services = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            tenant.application("service" + i, i % 2 == 0 ? "importer" : "exporter");
            services.add(new PermissionKey(new Subject(Subject.Type.APPLICATION, "service" + i), null, API));
        }

        Map<String, Integer> costs = interval(services);
        assertThat(costs).containsOnlyKeys("applications", "role-scopes");
        assertCosts(costs, "applications", 10);
        assertCosts(costs, "role-scopes", 2);
    }

    /** The holders of the role are read by page, and their pages show who is active. */
    @Test
    void callsWhenHoldersHaveTokensForNoOrganizationThenHardlyAnyForUsers() {
        tenant.globalRole("auditor", "User").globalRoleScopes("auditor", INDICATOR, "write");
        List<PermissionKey> users =
                IntStream.range(0, 250).mapToObj(i -> key(user(i), null, API)).toList();
        users.forEach(key ->
                tenant.user(key.subject().id()).assign("auditor", key.subject().id()));
        Map<String, Integer> costs = interval(users);
        // The first users were read alone, before there were enough of them to read holders by page.
        assertThat(costs.remove("users")).isBetween(1, 5);
        assertCosts(costs, Map.of("organization-roles", 1, "roles", 1, "role-scopes", 1, "holders", 3));
    }

    /** The list contains the roles of applications as well. */
    @Test
    void callsWhenThereAreManyGlobalRolesThenOneForEachHundred() {
        for (int i = 0; i < 110; i++) {
            tenant.globalRole("role" + i, "User").globalRole("service" + i, "MachineToMachine");
        }

        assertCosts(interval(members(250, 250, API)), Map.of("members", 3, "organization-roles", 1, "roles", 3));
    }

    @Test
    void callsWhenAWebhookNamesAMemberThenOneAndAfterALossThree() {
        List<PermissionKey> users = members(250, 250, Audience.ORGANIZATION);
        live(users);
        tenant.requests();

        assertThat(callsAfterReport(users.get(1))).hasSize(1);
        tenant.member("acme", user(2));
        assertThat(callsAfterReport(users.get(2))).hasSize(3);
    }

    private List<String> callsAfterReport(PermissionKey key) {
        stepped.cache().apply(new PermissionChange.OfMember(key.subject(), "acme"));
        stepped.cache().get(key, Freshness.of(MAX_AGE, MAX_STALE, steady.nanos()), Scopes.of("report"));
        return List.copyOf(tenant.requests());
    }

    /** There are no other calls, except for the catalogue. */
    private static void assertCosts(Map<String, Integer> interval, Map<String, Integer> expected) {
        Map<String, Integer> all = new TreeMap<>(expected);
        all.put("organization-scopes", 1);
        all.put("resources", 1);
        assertThat(interval).containsOnlyKeys(all.keySet());
        all.forEach((kind, calls) -> assertCosts(interval, kind, calls));
    }

    /** Facts are read a little before the maximum age: five times in four intervals. */
    private static void assertCosts(Map<String, Integer> interval, String kind, int expected) {
        assertThat(interval.getOrDefault(kind, 0))
                .as("%s of %s", kind, interval)
                .isBetween(expected, (int) Math.ceil(expected * 1.25) + 1);
    }

    private List<PermissionKey> members(int members, int active, Audience audience) {
        List<PermissionKey> users = new ArrayList<>();
        for (int i = 0; i < members; i++) {
            tenant.member("acme", user(i), "editor");
            if (i < active) {
                users.add(key(user(i), "acme", audience));
            }
        }
        return users;
    }

    private static List<PermissionKey> interested(List<PermissionKey> users, Roles wanted) {
        return users.stream()
                .map(key -> key.with(RoleInterest.of(wanted, null, null)))
                .toList();
    }

    private static PermissionKey key(String user, @Nullable String organization, Audience audience) {
        return new PermissionKey(new Subject(Subject.Type.USER, user), organization, audience);
    }

    /** No id is part of another: a search finds at most one. */
    private static String user(int number) {
        return "user" + String.format(Locale.ROOT, "%04d", number);
    }

    /** The calls in one interval, by operation, after some intervals in which all users were active. */
    private Map<String, Integer> interval(List<PermissionKey> users) {
        for (int i = 0; i < WARM_UP; i++) {
            live(users);
        }
        tenant.requests();
        for (int i = 0; i < MEASURED; i++) {
            live(users);
        }
        Map<String, Integer> kinds = new TreeMap<>();
        tenant.requests().forEach(request -> kinds.merge(kind(request), 1, Integer::sum));
        kinds.replaceAll((kind, count) -> (count + MEASURED - 1) / MEASURED);
        return kinds;
    }

    /** All users send a request every five seconds. */
    private void live(List<PermissionKey> users) {
        for (int second = 0; second < MAX_AGE.toSeconds(); second += 5) {
            clock.advanceSeconds(5);
            for (PermissionKey user : users) {
                stepped.cache().get(user, Freshness.of(MAX_AGE, MAX_STALE, steady.nanos()), Scopes.none());
            }
            stepped.settle();
        }
    }

    private static String kind(String request) {
        String path = request.replaceFirst("\\?.*", "");
        if (path.matches("/organizations/[^/]+/users(/[^/]+/roles)?")) {
            return "members";
        }
        if (path.matches("/organizations/[^/]+/applications/[^/]+/roles")) {
            return "organization-application-roles";
        }
        if (path.matches("/roles/[^/]+/users")) {
            return "holders";
        }
        if (path.matches("/roles/[^/]+/scopes")) {
            return "role-scopes";
        }
        if (path.matches("/users/[^/]+/roles")) {
            return "user-roles";
        }
        return path.split("/")[1];
    }
}

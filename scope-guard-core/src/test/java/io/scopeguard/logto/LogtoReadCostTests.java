package io.scopeguard.logto;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.bucket4j.Bucket;
import io.scopeguard.provider.Account;
import io.scopeguard.provider.Answer;
import io.scopeguard.provider.CallBudget;
import io.scopeguard.provider.CallContext;
import io.scopeguard.provider.CallListener;
import io.scopeguard.provider.DefinitionsKey;
import io.scopeguard.provider.Grants;
import io.scopeguard.provider.Holder;
import io.scopeguard.provider.Member;
import io.scopeguard.provider.Membership;
import io.scopeguard.provider.Page;
import io.scopeguard.provider.PermissionSource;
import io.scopeguard.provider.Priority;
import io.scopeguard.provider.RoleDefinition;
import io.scopeguard.provider.RoleScopes;
import io.scopeguard.provider.ScopeCatalogue.Novelty;
import io.scopeguard.provider.Standing;
import io.scopeguard.provider.Subject;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import io.scopeguard.testing.FakeLogto;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.testing.TestTokens;
import io.scopeguard.token.AccessToken;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The calls of each read, the paging of lists, and lists that change meanwhile. */
class LogtoReadCostTests {

    private static final String INDICATOR = "https://api.example.test";
    private static final Audience API = Audience.resource(INDICATOR);
    private static final CallContext NOW = CallContext.FOREGROUND;
    private static final CallContext LATER = CallContext.BACKGROUND;
    private static final MovableClock clock = MovableClock.atNoon();
    private static final TestTokens tokens = new TestTokens(clock);

    private final FakeLogto tenant = new FakeLogto()
            .resource(INDICATOR, "read", "write")
            .organizationRole("viewer", "report")
            .organizationRole("editor", "report", "edit")
            .organizationRoleResource("editor", INDICATOR, "read", "write")
            .member("acme", "alice", "editor")
            .member("acme", "bob", "viewer");
    private final Logto logto = tenant.logto(clock).build();
    private final PermissionSource source = logto.permissions();

    @AfterEach
    void close() {
        tenant.close();
    }

    @AfterAll
    static void stop() {
        tokens.close();
    }

    // One fact, one call

    static Stream<Arguments> reads() {
        return Stream.of(
                read("membership of a member", 1, source -> source.membership(user("alice"), "acme", NOW)),
                read("membership of a stranger", 1, source -> source.membership(user("nobody"), "acme", NOW)),
                read("confirmed membership", 2, source -> source.confirmMembership(user("alice"), "acme", NOW)),
                read("confirmed: no member", 2, source -> source.confirmMembership(user("carol"), "acme", NOW)),
                read("confirmed: unknown", 1, source -> source.confirmMembership(user("nobody"), "acme", NOW)),
                read("page of members", 1, source -> source.members("acme", null, NOW)),
                read("account", 1, source -> source.account(user("alice"), NOW)),
                read("global grants", 1, source -> source.globalGrants(user("alice"), NOW)),
                read("agent", 1, source -> source.membership(application("agent"), "acme", NOW)),
                read("agent, no member", 2, source -> source.membership(application("other"), "acme", NOW)),
                read("application", 1, source -> source.account(application("agent"), NOW)),
                read("roles in organizations", 1, source -> source.definitions(DefinitionsKey.ORGANIZATION_ROLES, NOW)),
                read("global roles", 1, source -> source.definitions(DefinitionsKey.GLOBAL_ROLES, NOW)),
                read(
                        "scopes of a role",
                        1,
                        source -> source.roleScopes(
                                DefinitionsKey.ORGANIZATION_ROLES, "editor", Audience.ORGANIZATION, NOW)),
                read(
                        "resource scopes of a role",
                        1,
                        source -> source.roleScopes(DefinitionsKey.ORGANIZATION_ROLES, "editor", API, NOW)),
                read(
                        "scopes of a global role",
                        1,
                        source -> source.roleScopes(DefinitionsKey.GLOBAL_ROLES, "auditor", API, NOW)),
                read("holders of a global role", 1, source -> source.holders("auditor", null, NOW)));
    }

    private static Arguments read(String name, int calls, Consumer<PermissionSource> read) {
        return Arguments.of(name, calls, read);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("reads")
    void readWhenTheCatalogueIsFreshThenCostsAsManyCallsAndTakesThemFromTheBudget(
            String name, int calls, Consumer<PermissionSource> read) {
        tenant.user("carol").agent("acme", "agent", "viewer").application("other");
        tenant.globalRole("auditor", "User")
                .globalRoleScopes("auditor", INDICATOR, "read")
                .assign("auditor", "alice");
        Bucket bucket = Bucket.builder()
                .addLimit(limit -> limit.capacity(100).refillIntervally(1, Duration.ofDays(1)))
                .build();
        Logto metered = tenant.logto(clock).budget(new CallBudget(bucket)).build();
        metered.check(List.of(Audience.ORGANIZATION, API));
        long before = bucket.getAvailableTokens();
        tenant.requests();

        read.accept(metered.permissions());

        assertThat(tenant.requests()).as(name).hasSize(calls);
        assertThat(before - bucket.getAvailableTokens()).isEqualTo(calls);
    }

    @Test
    void checkWhenNothingIsKnownThenOneCallForEachListAndOneForTheToken() {
        logto.check(List.of(Audience.ORGANIZATION, API));

        assertThat(paths(tenant.requests()))
                .containsExactlyInAnyOrder("/organization-roles", "/organization-scopes", "/resources");
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "1, 1", "100, 1", "101, 2", "250, 3"})
    void definitionsWhenManyGlobalRolesThenACallForEachHundredWhateverTheirScopes(int roles, int calls) {
        for (int i = 0; i < roles; i++) {
            tenant.globalRole("role" + i, "User").globalRoleScopes("role" + i, INDICATOR, "read");
        }

        assertThat(source.definitions(DefinitionsKey.GLOBAL_ROLES, NOW)).hasSize(roles);
        assertThat(tenant.requests()).hasSize(calls);
    }

    @Test
    void definitionsWhenTenThousandRolesInOrganizationsThenAHundredCalls() {
        for (int i = 0; i < 9_998; i++) {
            tenant.organizationRole("role" + i, "report");
        }

        assertThat(source.definitions(DefinitionsKey.ORGANIZATION_ROLES, NOW)).hasSize(10_000);
        assertThat(paths(tenant.requests()))
                .filteredOn("/organization-roles"::equals)
                .hasSize(100);
    }

    @Test
    void definitionsWhenMachineRolesExistThenNamedAndHeldByNoUser() {
        tenant.globalRole("auditor", "User")
                .globalRole("service", "MachineToMachine")
                .globalRoleScopes("service", INDICATOR, "write")
                .application("agent", "service");

        assertThat(source.definitions(DefinitionsKey.GLOBAL_ROLES, NOW))
                .containsOnlyKeys("auditor", "service")
                .containsEntry("service", new RoleDefinition(Set.of("service"), null, 0, Set.of()));
        assertThat(source.account(application("agent"), NOW))
                .isEqualTo(Answer.explicit(new Account(Standing.ACTIVE, Grants.ofRoles(Set.of("service")))));
        assertThat(source.roleScopes(DefinitionsKey.GLOBAL_ROLES, "service", API, NOW))
                .contains(new RoleScopes(Map.of(API, Scopes.of("write")), true));
    }

    @Test
    void membershipWhenAnAgentInAnOrganizationThenItsRolesThereAndNoGlobalOnes() {
        tenant.globalRole("service", "MachineToMachine")
                .application("agent", "service")
                .agent("acme", "agent", "viewer");

        assertThat(source.membership(application("agent"), "acme", NOW))
                .isEqualTo(Answer.explicit(Membership.of(Grants.ofRoles(Set.of("viewer")))));
    }

    // Holders of a global role

    @ParameterizedTest
    @CsvSource({"0, true", "1, true", "3, true", "4, false", "250, false"})
    void definitionsWhenSomeHoldAGlobalRoleThenCountedAndNamedIfTheListShowsAll(int holders, boolean isNamed) {
        Set<String> users = new HashSet<>(names("holder", holders));
        tenant.globalRole("auditor", "User").assign("auditor", users.toArray(String[]::new));

        assertThat(source.definitions(DefinitionsKey.GLOBAL_ROLES, NOW))
                .containsExactly(Map.entry(
                        "auditor", new RoleDefinition(Set.of("auditor"), null, holders, isNamed ? users : null)));
        assertThat(tenant.requests()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "1, 1", "100, 1", "101, 2", "250, 3"})
    void holdersWhenManyThenACallForEachHundredNewestFirst(int holders, int calls) {
        List<String> users = names("holder", holders);
        tenant.globalRole("auditor", "User").assign("auditor", users.toArray(String[]::new));
        if (holders > 0) {
            tenant.suspend(users.get(0));
        }

        List<Holder> found = all(cursor -> source.holders("auditor", cursor, LATER), holders);

        assertThat(tenant.requests()).hasSize(calls);
        assertThat(found).extracting(Holder::user).containsExactlyElementsOf(reversed(users));
        assertThat(found)
                .allSatisfy(holder -> assertThat(holder.standing())
                        .isEqualTo(holder.user().equals(users.get(0)) ? Standing.SUSPENDED : Standing.ACTIVE));
    }

    // Members by page

    @ParameterizedTest
    @CsvSource({"0, 1", "1, 1", "100, 1", "101, 2", "250, 3", "1000, 10"})
    void membersWhenManyThenACallForEachHundred(int members, int calls) {
        List<String> users = names("user", members);
        users.forEach(user -> tenant.member("globex", user, "viewer"));
        tenant.organization("globex");
        if (members > 0) {
            tenant.suspend(users.get(0));
        }

        List<Member> found = all(cursor -> source.members("globex", cursor, LATER), members);

        assertThat(tenant.requests()).hasSize(calls);
        assertThat(found).extracting(Member::user).containsExactlyElementsOf(reversed(users));
        assertThat(found)
                .allSatisfy(member -> assertThat(member.membership())
                        .isEqualTo(
                                member.user().equals(users.get(0))
                                        ? Membership.none(Standing.SUSPENDED)
                                        : Membership.of(Grants.ofRoles(Set.of("viewer")))));
    }

    /** With offset paging, absence from such a pass proves nothing. The totals show that the list changed. */
    @Test
    void membersWhenSomebodyLeavesDuringAPassThenAnotherIsSkippedAndTheTotalsDiffer() {
        List<String> users = names("user", 150);
        users.forEach(user -> tenant.member("globex", user, "viewer"));

        Page<Member> first = source.members("globex", null, LATER);
        tenant.expel("globex", users.get(149));
        Page<Member> second = source.members("globex", first.next(), LATER);

        assertThat(first.total()).isEqualTo(150);
        assertThat(second.total()).isEqualTo(149);
        assertThat(second.items()).hasSize(49).extracting(Member::user).doesNotContain("user49");
        assertThat(first.items()).extracting(Member::user).doesNotContain("user49");
        assertThat(second.next()).isNull();
    }

    @Test
    void membersWhenSomebodyJoinsDuringAPassThenAnotherIsRepeatedAndTheTotalsDiffer() {
        names("user", 150).forEach(user -> tenant.member("globex", user, "viewer"));

        Page<Member> first = source.members("globex", null, LATER);
        tenant.member("globex", "late", "viewer");
        Page<Member> second = source.members("globex", first.next(), LATER);

        assertThat(second.total()).isEqualTo(151);
        assertThat(second.items()).contains(first.items().get(99));
        assertThat(second.next()).isNull();
    }

    @Test
    void membersWhenMostLeaveDuringAPassThenTheRestIsEmptyAndNotMalformed() {
        List<String> users = names("user", 250);
        users.forEach(user -> tenant.member("globex", user, "viewer"));

        Page<Member> first = source.members("globex", null, LATER);
        users.subList(50, 250).forEach(user -> tenant.expel("globex", user));

        assertThat(source.members("globex", first.next(), LATER)).isEqualTo(new Page<>(List.of(), null, 50));
    }

    @Test
    void membershipWhenAnIdIsPartOfHundredsOfOthersThenFoundByTwoMoreCalls() {
        tenant.member("globex", "user", "editor");
        names("user", 250).forEach(user -> tenant.member("globex", user, "viewer"));

        assertThat(source.membership(user("user"), "globex", NOW))
                .isEqualTo(Answer.explicit(Membership.of(Grants.ofRoles(Set.of("editor")))));
        assertThat(tenant.requests()).hasSize(3);
    }

    // Lists that change while they are read

    @Test
    void definitionsWhenARoleIsDeletedDuringThePassThenReadOnceMoreAndNoneIsMissing() {
        IntStream.range(0, 150).forEach(i -> tenant.organizationRole("role" + i, "report"));
        onFirst("/organization-roles?page=2", () -> tenant.deleteOrganizationRole("role0"));

        Map<String, RoleDefinition> found = source.definitions(DefinitionsKey.ORGANIZATION_ROLES, LATER);

        assertThat(found)
                .hasSize(151)
                .containsKeys("role97", "role98", "role99")
                .doesNotContainKey("role0");
        assertThat(paths(tenant.requests()))
                .filteredOn("/organization-roles"::equals)
                .hasSize(4);
    }

    // Young and old catalogue

    @Test
    void catalogueWhenAScopeIsDeletedAndCreatedAgainWithinItsIntervalThenSeen() {
        logto.check(List.of(Audience.ORGANIZATION, API));
        AccessToken before = tokens.organization("acme").verified();
        clock.advanceSeconds(5);
        tenant.organizationScope("edit")
                .resourceScope(INDICATOR, "write")
                .organizationRole("editor", "report", "edit")
                .organizationRoleResource("editor", INDICATOR, "read", "write");
        source.definitions(DefinitionsKey.ORGANIZATION_ROLES, LATER);
        clock.advanceSeconds(5);

        assertThat(novelty(Audience.ORGANIZATION, "edit", before)).isEqualTo(Novelty.SEEN);
        assertThat(novelty(API, "write", before)).isEqualTo(Novelty.SEEN);
        assertThat(novelty(Audience.ORGANIZATION, "report", before)).isEqualTo(Novelty.NONE);
        assertThat(novelty(API, "read", before)).isEqualTo(Novelty.NONE);
        AccessToken after = tokens.organization("acme").verified();
        assertThat(novelty(Audience.ORGANIZATION, "edit", after)).isEqualTo(Novelty.NONE);
    }

    @Test
    void catalogueWhenAGlobalRoleShowsAnotherIdThenSeen() {
        tenant.globalRole("auditor", "User").globalRoleScopes("auditor", INDICATOR, "read");
        logto.check(List.of(Audience.ORGANIZATION, API));
        AccessToken before = tokens.organization("acme").verified();
        clock.advanceSeconds(5);
        tenant.resourceScope(INDICATOR, "read")
                .globalRole("auditor", "User")
                .globalRoleScopes("auditor", INDICATOR, "read");

        source.roleScopes(DefinitionsKey.GLOBAL_ROLES, "auditor", API, NOW);

        assertThat(novelty(API, "read", before)).isEqualTo(Novelty.SEEN);
    }

    /** The catalogue only dates hints, so no request waits for it when it is merely stale. */
    @Test
    void catalogueWhenDueThenReadByBackgroundReadsAndNotByThoseThatARequestWaitsFor() {
        logto.check(List.of(Audience.ORGANIZATION, API));
        tenant.requests();
        clock.advanceSeconds(31);

        source.definitions(DefinitionsKey.ORGANIZATION_ROLES, NOW);
        assertThat(paths(tenant.requests())).containsExactly("/organization-roles");
        source.definitions(DefinitionsKey.ORGANIZATION_ROLES, LATER);
        assertThat(paths(tenant.requests()))
                .containsExactlyInAnyOrder("/organization-roles", "/organization-scopes", "/resources");

        clock.advanceSeconds(301);
        source.definitions(DefinitionsKey.ORGANIZATION_ROLES, NOW);
        assertThat(paths(tenant.requests())).hasSize(3);
    }

    // Priority

    @Test
    void readsWhenOfAPriorityThenEveryCallOfTheirsWaitsWithThat() {
        for (Priority priority : Priority.values()) {
            Queue<Priority> waited = new ConcurrentLinkedQueue<>();
            PermissionSource listened =
                    tenant.logto(clock).listener(new Waits(waited)).build().permissions();
            CallContext context = () -> priority;

            listened.membership(user("alice"), "acme", context);
            listened.confirmMembership(user("alice"), "acme", context);
            listened.definitions(DefinitionsKey.ORGANIZATION_ROLES, context);
            listened.definitions(DefinitionsKey.GLOBAL_ROLES, context);
            listened.globalGrants(user("alice"), context);

            assertThat(waited).hasSizeGreaterThanOrEqualTo(9).containsOnly(priority);
        }
    }

    /** If the priority of a page in flight rises while it waits for the budget, the page gets the reserved call. */
    @Test
    @Timeout(120)
    void readWhenItsPriorityRisesWhileItWaitsForTheBudgetThenItGoesAtOnce() throws InterruptedException {
        Bucket bucket = Bucket.builder()
                .addLimit(limit -> limit.capacity(10)
                        .refillIntervally(1, Duration.ofDays(1))
                        .initialTokens(3))
                .build();
        PermissionSource metered =
                tenant.logto(clock).budget(new CallBudget(bucket)).build().permissions();
        // One call for the token and one for this read. The last remaining call is the reserve.
        metered.account(user("alice"), NOW);
        AtomicReference<Priority> priority = new AtomicReference<>(Priority.BACKGROUND);
        CompletableFuture<Page<Member>> page = new CompletableFuture<>();
        Thread reader = new Thread(() -> page.complete(metered.members("acme", null, priority::get)));
        reader.start();
        while (reader.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        assertThat(page).isNotDone();

        priority.set(Priority.FOREGROUND);

        assertThat(page.join().items()).hasSize(2);
        reader.join();
    }

    /** Independent reads of several threads are in flight at the same time, without queueing behind a lock. */
    @Test
    @Timeout(120)
    void readsWhenIndependentThenInFlightTogether() {
        CyclicBarrier together = new CyclicBarrier(4);
        tenant.onRequest(request -> await(together));

        List<CompletableFuture<Void>> reads = List.of(
                inBackground(() -> source.membership(user("alice"), "acme", NOW)),
                inBackground(() -> source.account(user("alice"), NOW)),
                inBackground(() -> source.globalGrants(user("alice"), NOW)),
                inBackground(() -> source.holders("nobody's", null, NOW)));

        reads.forEach(CompletableFuture::join);
    }

    private void onFirst(String prefix, Runnable action) {
        AtomicReference<@Nullable Runnable> once = new AtomicReference<>(action);
        tenant.onRequest(request -> {
            if (request.startsWith(prefix)) {
                Runnable first = once.getAndSet(null);
                if (first != null) {
                    first.run();
                }
            }
        });
    }

    private static CompletableFuture<Void> inBackground(Runnable read) {
        return CompletableFuture.runAsync(read, task -> new Thread(task).start());
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (InterruptedException | BrokenBarrierException e) {
            throw new IllegalStateException(e);
        }
    }

    private Novelty novelty(Audience audience, String scope, AccessToken token) {
        return logto.catalogue().noveltySince(audience, scope, token.issuedAt());
    }

    private static <T> List<T> all(java.util.function.Function<@Nullable String, Page<T>> read, int total) {
        List<T> all = new ArrayList<>();
        String cursor = null;
        do {
            Page<T> page = read.apply(cursor);
            assertThat(page.total()).isEqualTo(total);
            all.addAll(page.items());
            cursor = page.next();
        } while (cursor != null);
        return all;
    }

    private static List<String> names(String prefix, int count) {
        return IntStream.range(0, count).mapToObj(i -> prefix + i).toList();
    }

    private static List<String> reversed(List<String> list) {
        List<String> reversed = new ArrayList<>(list);
        java.util.Collections.reverse(reversed);
        return reversed;
    }

    private static List<String> paths(List<String> requests) {
        return requests.stream()
                .map(request -> request.replaceFirst("\\?.*", ""))
                .toList();
    }

    private static Subject user(String id) {
        return new Subject(Subject.Type.USER, id);
    }

    private static Subject application(String id) {
        return new Subject(Subject.Type.APPLICATION, id);
    }

    private record Waits(Queue<Priority> waited) implements CallListener {

        @Override
        public void called(String operation, String outcome, Duration took) {}

        @Override
        public void waited(Priority priority, Duration took) {
            waited.add(priority);
        }
    }
}

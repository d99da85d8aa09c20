package io.scopeguard.permission;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.permission.fact.FactExchange;
import io.scopeguard.provider.PermissionChange;
import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.provider.Subject;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.time.SteadyClock;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/**
 * Requests, changes and the steps of reads in any order: jqwik chooses the next step, the changes during a call, and when time
 * passes.
 */
class InterleavingModelTests {

    private static final List<String> USERS = List.of("u1", "u2", "u3");
    private static final List<String> ROLES = List.of("r1", "r2", "r3");
    private static final List<String> CALLS = List.of("membership", "members", "roles");

    /** Small pages: a sweep has several steps, and requests and reports arrive between them. */
    @Property(tries = 400)
    void getWhenStepsComeInAnyOrderThenNoHeldRightIsDeniedAndLossesBindInTheEnd(
            @ForAll @Size(min = 20, max = 200) List<@IntRange(min = 0, max = 999) Integer> choices,
            @ForAll @IntRange(min = 1, max = 4) int pageSize) {
        World world = new World(choices.iterator(), pageSize);
        while (world.executor.hasChoices()) {
            world.act();
        }
        world.settle();
        for (String user : USERS) {
            assertThat(world.get(user)).as("in the end").isEqualTo(world.truth(user));
        }
    }

    /** The provider, its history, and the engine. */
    private static final class World {

        private final MovableClock clock = MovableClock.atNoon();
        private final SteadyClock steady = clock.steady();
        private final TestDirectory directory = new TestDirectory();
        private final ChosenOrder executor;
        private final ForgettingSweeps sweeps = new ForgettingSweeps();
        private final PermissionCache cache;
        private final Map<String, Set<String>> held = new TreeMap<>();
        private final Map<String, Set<String>> meanings = new TreeMap<>();
        private final Set<String> gone = new HashSet<>();

        /** The scopes that each user has held without interruption. */
        private final Map<String, SteadyRights> always = new HashMap<>();

        private final Map<String, Set<String>> everHeld = new HashMap<>();
        private final Map<String, Set<String>> everMeant = new HashMap<>();

        /** Whether rights have moved to another role. This happens once only. */
        private boolean moved;

        World(Iterator<Integer> choices, int pageSize) {
            executor = new ChosenOrder(choices);
            directory.pages(pageSize);
            cache = new PermissionCache(
                    "Test", directory, steady, CacheSettings.DEFAULT, FactExchange.NONE, executor, sweeps);
            ROLES.forEach(role -> meanings.put(role, new TreeSet<>(Set.of("a"))));
            USERS.forEach(user -> held.put(user, new TreeSet<>(Set.of("r1"))));
            meanings.get("r1").add("b");
            publish();
            USERS.forEach(user -> always.put(user, new SteadyRights(ways(user))));
        }

        private int choose(int options) {
            return executor.choose(options);
        }

        void act() {
            switch (choose(9)) {
                case 8 -> occur();
                case 0, 1, 2 -> ask(USERS.get(choose(USERS.size())));
                case 3 -> executor.stepAny();
                case 4 -> clock.advanceSeconds(1 + choose(20));
                case 5 -> changeUnderWay();
                case 6 -> report();
                default -> change();
            }
        }

        private void occur() {
            if (choose(4) == 3) {
                sweeps.forget();
            } else {
                directory.down(choose(2) == 0);
            }
        }

        /** A change during the next call, after the provider has computed its answer. */
        private void changeUnderWay() {
            String operation = CALLS.get(choose(CALLS.size()));
            directory.meanwhile(operation, this::change);
        }

        private void report() {
            cache.apply(
                    choose(2) == 0
                            ? new PermissionChange.OfRoles()
                            : new PermissionChange.OfMember(user(USERS.get(choose(USERS.size()))), "acme"));
        }

        private void change() {
            String role = ROLES.get(choose(ROLES.size()));
            String user = USERS.get(choose(USERS.size()));
            switch (choose(5)) {
                case 4 -> toggle(gone, user);
                case 0 -> toggle(held.get(user), role);
                case 1 -> toggle(meanings.get(role), List.of("a", "b", "c").get(choose(3)));
                default -> split(user, role);
            }
            publish();
            USERS.forEach(each -> always.get(each).become(ways(each)));
        }

        /** The roles that grant a user each scope. */
        private Map<String, Set<String>> ways(String user) {
            return SteadyRights.ways(gone.contains(user) ? Set.of() : held.get(user), meanings);
        }

        /** A scope moves to another role that its holders already hold, so it is never lost. */
        private void split(String user, String role) {
            if (moved || !held.get(user).contains(role)) {
                return;
            }
            String other = ROLES.get((ROLES.indexOf(role) + 1) % ROLES.size());
            meanings.get(other).addAll(meanings.get(role));
            for (String each : USERS) {
                if (held.get(each).contains(role)) {
                    held.get(each).add(other);
                }
            }
            moved = true;
            if (choose(2) == 0) {
                held.get(user).remove(role);
            } else {
                meanings.get(role).remove("b");
            }
        }

        private static void toggle(Set<String> set, String element) {
            if (!set.remove(element)) {
                set.add(element);
            }
        }

        private void publish() {
            meanings.forEach((role, scopes) -> directory.role(role, scopes.toArray(String[]::new)));
            held.forEach((user, roles) -> directory.member("acme", user, roles.toArray(String[]::new)));
            gone.forEach(user -> directory.leave("acme", user));
            held.forEach((user, roles) ->
                    everHeld.computeIfAbsent(user, id -> new HashSet<>()).addAll(roles));
            meanings.forEach((role, scopes) ->
                    everMeant.computeIfAbsent(role, id -> new HashSet<>()).addAll(scopes));
        }

        Scopes truth(String user) {
            Set<String> scopes = new TreeSet<>();
            if (gone.contains(user)) {
                return Scopes.none();
            }
            held.get(user).forEach(role -> scopes.addAll(meanings.get(role)));
            return Scopes.ofTokens(scopes);
        }

        private void ask(String user) {
            try {
                Scopes granted = get(user);
                assertThat(granted.toList())
                        .as("a right that was never lost is never refused")
                        .containsAll(always.get(user).scopes());
                granted.forEach(scope -> assertThat(possible(user, scope))
                        .as("nothing is granted that no role ever meant")
                        .isTrue());
            } catch (PermissionsUnavailableException e) {
                // A missing answer is neither a grant nor a denial.
            }
        }

        /** A picture may combine a role and a definition from different times, but never one that was not true at any time. */
        private boolean possible(String user, String scope) {
            return everHeld.get(user).stream()
                    .anyMatch(role -> everMeant.get(role).contains(scope));
        }

        Scopes get(String user) {
            Freshness freshness = Freshness.of(Duration.ofSeconds(30), Duration.ofMinutes(5), steady.nanos());
            return cache.get(
                            new PermissionKey(user(user), "acme", Audience.ORGANIZATION),
                            freshness,
                            Scopes.ofTokens(always.get(user).scopes()))
                    .granted();
        }

        void settle() {
            directory.down(false);
            CALLS.forEach(call -> directory.meanwhile(call, () -> {}));
            for (int round = 0; round < 4; round++) {
                executor.runAll();
                clock.advanceSeconds(31);
                USERS.forEach(this::ask);
            }
            executor.runAll();
        }

        private static Subject user(String id) {
            return new Subject(Subject.Type.USER, id);
        }
    }
}

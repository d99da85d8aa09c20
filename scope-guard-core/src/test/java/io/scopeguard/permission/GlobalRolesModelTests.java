package io.scopeguard.permission;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.permission.fact.FactExchange;
import io.scopeguard.provider.PermissionChange;
import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.provider.Subject;
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
import org.jspecify.annotations.Nullable;

/**
 * Global roles beside a role in an organization: they are given and taken, created and deleted, gain and lose scopes, and their
 * holders are read by sweeps or one by one, while jqwik chooses the order of all steps.
 */
class GlobalRolesModelTests {

    private static final List<String> USERS = List.of("u1", "u2", "u3", "u4", "u5", "u6");
    private static final List<String> GLOBAL = List.of("g1", "g2");
    private static final String MEMBER = "r1";
    private static final List<String> ROLES = List.of(MEMBER, "g1", "g2");
    private static final List<String> SCOPES = List.of("a", "b");
    private static final Scopes ALL = Scopes.ofTokens(SCOPES);
    private static final List<String> CALLS =
            List.of("membership", "members", "roles", "global-roles", "scopes", "holders", "grants", "account");

    @Property(tries = 300)
    void getWhenStepsComeInAnyOrderThenNoHeldRightIsDeniedAndLossesBindInTheEnd(
            @ForAll @Size(min = 30, max = 250) List<@IntRange(min = 0, max = 999) Integer> choices,
            @ForAll @IntRange(min = 1, max = 4) int pageSize) {
        World world = new World(choices.iterator(), pageSize);
        while (world.executor.hasChoices()) {
            world.act();
        }
        world.settle();
        for (String user : USERS) {
            assertThat(world.get(user, "acme", world.fresh(), ALL))
                    .as("in the organization")
                    .isEqualTo(world.truth(user, ROLES));
            assertThat(world.get(user, null, world.fresh(), ALL)).as("outside").isEqualTo(world.truth(user, GLOBAL));
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
        private final Map<String, Set<String>> everHeld = new HashMap<>();
        private final Map<String, Set<String>> everMeant = new HashMap<>();
        private final Map<String, SteadyRights> inside = new HashMap<>();
        private final Map<String, SteadyRights> outside = new HashMap<>();

        /** The scopes and roles during a request that demands reads of its own; {@code null} if there is none. */
        private @Nullable Window window;

        World(Iterator<Integer> choices, int pageSize) {
            executor = new ChosenOrder(choices);
            directory.pages(pageSize);
            cache = new PermissionCache(
                    "Test", directory, steady, CacheSettings.DEFAULT, FactExchange.NONE, executor, sweeps);
            ROLES.forEach(role -> meanings.put(role, new TreeSet<>(Set.of("a"))));
            USERS.forEach(user -> held.put(user, new TreeSet<>(Set.of(MEMBER, "g1"))));
            meanings.get("g1").add("b");
            ROLES.forEach(this::publishRole);
            USERS.forEach(this::publishUser);
            USERS.forEach(user -> {
                inside.put(user, new SteadyRights(ways(user, ROLES)));
                outside.put(user, new SteadyRights(ways(user, GLOBAL)));
            });
        }

        void act() {
            switch (executor.choose(10)) {
                case 0, 1, 2 -> ask(anyUser(), executor.choose(2) == 0, executor.choose(2) == 0);
                case 3 -> askForAll();
                case 4 -> askIndividually(anyUser(), executor.choose(2) == 0);
                case 5 -> executor.stepAny();
                case 6 -> clock.advanceSeconds(1 + executor.choose(20));
                case 7 -> directory.meanwhile(CALLS.get(executor.choose(CALLS.size())), this::change);
                case 8 -> occur();
                default -> change();
            }
        }

        private void occur() {
            switch (executor.choose(7)) {
                case 0 -> directory.down(executor.choose(2) == 0);
                case 1 -> cache.apply(new PermissionChange.OfRoles());
                case 2 -> cache.apply(new PermissionChange.OfEverything());
                case 4 -> sweeps.forget();
                case 3 -> cache.apply(new PermissionChange.OfMember(subject(anyUser()), "acme"));
                default -> cache.apply(new PermissionChange.OfSubject(subject(anyUser())));
            }
        }

        private String anyUser() {
            return USERS.get(executor.choose(USERS.size()));
        }

        private void change() {
            String role = ROLES.get(executor.choose(ROLES.size()));
            switch (executor.choose(8)) {
                case 0 -> createOrDelete(GLOBAL.get(executor.choose(GLOBAL.size())));
                case 1, 2 -> toggleScope(role, SCOPES.get(executor.choose(SCOPES.size())));
                case 3 -> replace(anyUser());
                default -> toggleRole(anyUser(), role);
            }
            USERS.forEach(user -> {
                inside.get(user).become(ways(user, ROLES));
                outside.get(user).become(ways(user, GLOBAL));
            });
            if (window != null) {
                window.record(this);
            }
        }

        private void createOrDelete(String role) {
            if (meanings.remove(role) == null) {
                meanings.put(role, new TreeSet<>(Set.of("a")));
                publishRole(role);
            } else {
                held.values().forEach(roles -> roles.remove(role));
                directory.removeGlobalRole(role);
            }
        }

        private void toggleScope(String role, String scope) {
            if (meanings.containsKey(role)) {
                toggle(meanings.get(role), scope);
                publishRole(role);
            }
        }

        private void toggleRole(String user, String role) {
            if (meanings.containsKey(role)) {
                toggle(held.get(user), role);
                publishUser(user);
            }
        }

        /** Gives the user all roles but one that the user holds, so that scopes move. */
        private void replace(String user) {
            Set<String> next = new TreeSet<>(meanings.keySet());
            held.get(user).stream().findFirst().ifPresent(next::remove);
            held.put(user, next);
            publishUser(user);
        }

        private static void toggle(Set<String> set, String element) {
            if (!set.remove(element)) {
                set.add(element);
            }
        }

        private void publishRole(String role) {
            String[] scopes = meanings.get(role).toArray(String[]::new);
            if (role.equals(MEMBER)) {
                directory.role(role, scopes);
            } else {
                directory.globalRole(role, scopes);
            }
            everMeant.computeIfAbsent(role, id -> new HashSet<>()).addAll(meanings.get(role));
        }

        private void publishUser(String user) {
            Set<String> roles = held.get(user);
            directory.member("acme", user, roles.contains(MEMBER) ? new String[] {MEMBER} : new String[0]);
            directory.holds(user, roles.stream().filter(GLOBAL::contains).toArray(String[]::new));
            everHeld.computeIfAbsent(user, id -> new HashSet<>()).addAll(roles);
        }

        /** The roles that grant each scope to a user. */
        private Map<String, Set<String>> ways(String user, List<String> counted) {
            List<String> roles =
                    held.get(user).stream().filter(counted::contains).toList();
            return SteadyRights.ways(roles, meanings);
        }

        Scopes truth(String user, List<String> counted) {
            return Scopes.ofTokens(ways(user, counted).keySet());
        }

        private void askForAll() {
            boolean isOutside = executor.choose(2) == 0;
            boolean isFull = executor.choose(2) == 0;
            USERS.forEach(user -> ask(user, isOutside, isFull));
        }

        private void ask(String user, boolean isOutside, boolean isFull) {
            SteadyRights rights = (isOutside ? outside : inside).get(user);
            try {
                Scopes granted = get(
                        user, isOutside ? null : "acme", fresh(), Scopes.ofTokens(isFull ? SCOPES : rights.scopes()));
                assertThat(granted.toList())
                        .as("a right that was never lost is never refused")
                        .containsAll(rights.scopes());
                granted.forEach(scope -> assertThat(isPossible(scope, everHeld.get(user), everMeant))
                        .as("nothing is granted that no role ever meant")
                        .isTrue());
            } catch (PermissionsUnavailableException e) {
                // A missing answer is neither a grant nor a denial.
            }
        }

        /** All reads begin after the request, so the answer is about the time of the request. */
        private void askIndividually(String user, boolean isOutside) {
            List<String> counted = isOutside ? GLOBAL : ROLES;
            Window during = new Window(user, counted);
            during.record(this);
            window = during;
            try {
                Scopes granted =
                        get(user, isOutside ? null : "acme", Freshness.within(Duration.ZERO, steady.nanos()), ALL);
                assertThat(granted.toList())
                        .as("a right that was held all the time is never refused")
                        .containsAll(during.rights.scopes());
                granted.forEach(scope -> assertThat(isPossible(scope, during.held, during.meant))
                        .as("nothing is granted that was lost before")
                        .isTrue());
            } catch (PermissionsUnavailableException e) {
                // A missing answer is neither a grant nor a denial.
            } finally {
                window = null;
            }
        }

        private static boolean isPossible(String scope, Set<String> roles, Map<String, Set<String>> meant) {
            return roles.stream()
                    .anyMatch(role -> meant.getOrDefault(role, Set.of()).contains(scope));
        }

        Scopes get(String user, @Nullable String organization, Freshness freshness, Scopes token) {
            PermissionKey key = new PermissionKey(subject(user), organization, TestDirectory.API);
            return cache.get(key, freshness, token).granted();
        }

        Freshness fresh() {
            return Freshness.of(Duration.ofSeconds(30), Duration.ofMinutes(5), steady.nanos());
        }

        void settle() {
            directory.down(false);
            CALLS.forEach(call -> directory.meanwhile(call, () -> {}));
            for (int round = 0; round < 8; round++) {
                executor.runAll();
                clock.advanceSeconds(31);
                USERS.forEach(user -> ask(user, true, true));
                USERS.forEach(user -> ask(user, false, true));
            }
            executor.runAll();
        }

        private static Subject subject(String id) {
            return new Subject(Subject.Type.USER, id);
        }
    }

    /** What was true at some time during a request, and what was true all the time. */
    private static final class Window {

        private final String user;
        private final List<String> counted;
        private final Set<String> held = new HashSet<>();
        private final Map<String, Set<String>> meant = new HashMap<>();
        private @Nullable SteadyRights rights;

        Window(String user, List<String> counted) {
            this.user = user;
            this.counted = counted;
        }

        void record(World world) {
            held.addAll(world.held.get(user));
            held.retainAll(counted);
            world.meanings.forEach((role, scopes) ->
                    meant.computeIfAbsent(role, id -> new HashSet<>()).addAll(scopes));
            if (rights == null) {
                rights = new SteadyRights(world.ways(user, counted));
            } else {
                rights.become(world.ways(user, counted));
            }
        }
    }
}

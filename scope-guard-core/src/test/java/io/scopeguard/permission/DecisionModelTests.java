package io.scopeguard.permission;

import io.scopeguard.permission.ModelledProvider.Lie;
import io.scopeguard.permission.ModelledWorld.Mint;
import io.scopeguard.permission.PermissionsUnavailableException.Reason;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import io.scopeguard.scope.WhenUnknown;
import io.scopeguard.testing.TestTokens;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.statistics.Statistics;
import org.jspecify.annotations.Nullable;

/**
 * Whatever happens to subjects, to roles, to news of them, to the provider and to time, and in whatever order: each decision is
 * one that the contract allows at an instant within its bound, and nobody is refused because of a failure.
 */
class DecisionModelTests {

    private static final int STEPS = 40;

    private static final Mint mint = new Mint();

    @AfterContainer
    static void stop() {
        mint.close();
    }

    @Property(tries = 2_000)
    void decisionsAgreeWithTheProviderAtSomeInstantWithinTheBound(
            @ForAll("stories") List<Step> story, @ForAll WhenUnknown policy) {
        try (ModelledWorld world = new ModelledWorld(policy, mint)) {
            for (Step step : story) {
                world.tick();
                step.in(world);
            }
        }
    }

    @Provide
    Arbitrary<List<Step>> stories() {
        return Arbitraries.frequencyOf(
                        Tuple.of(10, requests(users()).map(request -> (Step) request)),
                        Tuple.of(4, changes(users()).map(change -> (Step) change)),
                        Tuple.of(4, changes(users()).map(Reported::new)),
                        Tuple.of(3, users().flatMap(DecisionModelTests::races)),
                        Tuple.of(1, webhooks().map(Webhook::new)),
                        Tuple.of(2, users().map(NewToken::new)),
                        Tuple.of(3, troubles().map(Trouble::new)),
                        Tuple.of(2, Arbitraries.of(Lie.values()).map(WrongAnswer::new)),
                        Tuple.of(5, seconds().map(Pass::new)),
                        Tuple.of(2, Arbitraries.integers().between(1, 5).map(ReadAhead::new)))
                .list()
                .ofMinSize(2)
                .ofMaxSize(STEPS);
    }

    private static Arbitrary<Request> requests(Arbitrary<String> users) {
        return Combinators.combine(
                        users,
                        Arbitraries.of(Audience.ORGANIZATION, TestTokens.API),
                        Arbitraries.of("read", "write"),
                        Arbitraries.integers().between(0, 2),
                        Arbitraries.of(Duration.ZERO, Duration.ofSeconds(10)).injectNull(0.8))
                .as(Request::new);
    }

    private static Arbitrary<Step> races(String user) {
        Arbitrary<String> same = Arbitraries.just(user);
        return Combinators.combine(
                        changes(same), Arbitraries.integers().between(0, 2), seconds(), requests(same), requests(same))
                .as(Race::new);
    }

    private static Arbitrary<Change> changes(Arbitrary<String> users) {
        return Arbitraries.oneOf(
                Combinators.combine(
                                users,
                                Arbitraries.of("viewer", "editor", "newcomer")
                                        .set()
                                        .ofMaxSize(2))
                        .as(Holds::new),
                users.map(Leaves::new),
                Combinators.combine(users, Arbitraries.of(true, false)).as(Suspended::new),
                Combinators.combine(users, Arbitraries.of(true, false)).as(Auditor::new),
                Combinators.combine(Arbitraries.of("viewer", "editor"), scopes())
                        .as((role, scopes) -> new Means(RoleKind.ORGANIZATION, role, scopes)),
                scopes().map(scopes -> new Means(RoleKind.GLOBAL, ModelledProvider.GLOBAL_ROLE, scopes)));
    }

    private static Arbitrary<PermissionChange> webhooks() {
        return Arbitraries.oneOf(
                users().map(DecisionModelTests::member),
                users().map(user -> new PermissionChange.OfSubject(ModelledWorld.subject(user))),
                Arbitraries.just(new PermissionChange.OfOrganization(ModelledProvider.ORGANIZATION)),
                Arbitraries.just(new PermissionChange.OfRoles()),
                Arbitraries.just(new PermissionChange.OfEverything()));
    }

    private static Arbitrary<@Nullable Reason> troubles() {
        return Arbitraries.of(Reason.UNREACHABLE, Reason.MALFORMED, Reason.SERVER_ERROR, Reason.RATE_LIMITED)
                .injectNull(0.5);
    }

    private static Arbitrary<String> users() {
        return Arbitraries.of(ModelledWorld.USERS);
    }

    private static Arbitrary<Scopes> scopes() {
        return Arbitraries.of(Scopes.none(), Scopes.of("read"), Scopes.of("write"), Scopes.of("read", "write"));
    }

    private static Arbitrary<Integer> seconds() {
        return Arbitraries.of(1, 6, 24, 31, 65, 280, 301, 900);
    }

    private static PermissionChange member(String user) {
        return new PermissionChange.OfMember(ModelledWorld.subject(user), ModelledProvider.ORGANIZATION);
    }

    /** One thing that happens. */
    interface Step {

        void in(ModelledWorld world);
    }

    /** A change at the provider. By itself, nobody hears of it. */
    interface Change extends Step {

        PermissionChange report();
    }

    record Request(
            String user,
            Audience audience,
            String scope,
            int device,
            @Nullable Duration maxAge) implements Step {

        @Override
        public void in(ModelledWorld world) {
            Statistics.label("decisions").collect(world.decide(user, audience, scope, device, maxAge));
        }
    }

    record NewToken(String user) implements Step {

        @Override
        public void in(ModelledWorld world) {
            world.issue(user);
        }
    }

    record Holds(String user, Set<String> roles) implements Change {

        @Override
        public void in(ModelledWorld world) {
            world.provider().hold(user, roles);
        }

        @Override
        public PermissionChange report() {
            return member(user);
        }
    }

    record Leaves(String user) implements Change {

        @Override
        public void in(ModelledWorld world) {
            world.provider().leave(user);
        }

        @Override
        public PermissionChange report() {
            return member(user);
        }
    }

    record Suspended(String user, boolean suspended) implements Change {

        @Override
        public void in(ModelledWorld world) {
            world.provider().suspend(user, suspended);
        }

        @Override
        public PermissionChange report() {
            return new PermissionChange.OfSubject(ModelledWorld.subject(user));
        }
    }

    record Auditor(String user, boolean auditor) implements Change {

        @Override
        public void in(ModelledWorld world) {
            world.provider().audit(user, auditor);
        }

        @Override
        public PermissionChange report() {
            return new PermissionChange.OfSubject(ModelledWorld.subject(user));
        }
    }

    record Means(RoleKind kind, String role, Scopes scopes) implements Change {

        @Override
        public void in(ModelledWorld world) {
            world.provider().define(kind, role, scopes);
        }

        @Override
        public PermissionChange report() {
            return new PermissionChange.OfRoles();
        }
    }

    /** A change, and the webhook that tells of it. */
    record Reported(Change change) implements Step {

        @Override
        public void in(ModelledWorld world) {
            change.in(world);
            world.hear(change.report());
        }
    }

    /**
     * A change that is reported after the provider has answered a read and before the answer is here.
     *
     * @param answers how many come before that one
     * @param first makes the guard read
     * @param second is decided by what came of that
     */
    record Race(Change change, int answers, int seconds, Request first, Request second) implements Step {

        @Override
        public void in(ModelledWorld world) {
            world.provider().meanwhile(answers, () -> {
                new Reported(change).in(world);
                world.pass(Duration.ofSeconds(seconds));
            });
            new Request(first.user, first.audience, first.scope, first.device, Duration.ZERO).in(world);
            world.tick();
            second.in(world);
        }
    }

    /** One that tells of nothing, or late, or of something whose own webhook was lost. */
    record Webhook(PermissionChange change) implements Step {

        @Override
        public void in(ModelledWorld world) {
            world.hear(change);
        }
    }

    record Trouble(@Nullable Reason reason) implements Step {

        @Override
        public void in(ModelledWorld world) {
            world.provider().trouble(reason);
        }
    }

    record WrongAnswer(Lie lie) implements Step {

        @Override
        public void in(ModelledWorld world) {
            world.provider().lie(lie);
        }
    }

    record Pass(int seconds) implements Step {

        @Override
        public void in(ModelledWorld world) {
            world.pass(Duration.ofSeconds(seconds));
        }
    }

    record ReadAhead(int reads) implements Step {

        @Override
        public void in(ModelledWorld world) {
            world.readAhead(reads);
        }
    }
}

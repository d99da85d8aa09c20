package io.scopeguard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.scopeguard.WatchEnd.Reason;
import io.scopeguard.organization.RequestedOrganization;
import io.scopeguard.permission.CacheSettings;
import io.scopeguard.permission.PermissionCache;
import io.scopeguard.permission.fact.FactExchange;
import io.scopeguard.provider.PermissionChange;
import io.scopeguard.provider.Standing;
import io.scopeguard.provider.Subject;
import io.scopeguard.remedy.Remedy;
import io.scopeguard.role.RoleKind;
import io.scopeguard.role.RoleRequirement;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.ScopeRequirement;
import io.scopeguard.scope.Scopes;
import io.scopeguard.testing.InMemoryTenant;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.testing.TestTokens;
import io.scopeguard.time.SteadyClock;
import io.scopeguard.token.AccessToken;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Watched accesses, with real threads, a real cache, a tenant whose permissions change, and a clock that the test moves. */
class WatchTests {

    private static final CacheSettings SETTINGS = new CacheSettings(
            Duration.ofSeconds(30), Duration.ofMinutes(5), Duration.ofMinutes(10), 100_000, Duration.ofHours(24));
    private static final Duration CLOCK_SKEW = Duration.ofSeconds(60);
    private static final int MAX = 4_000;

    private static final MovableClock clock = MovableClock.atNoon();
    private static final TestTokens tokens = new TestTokens(clock);

    private final InMemoryTenant tenant = new InMemoryTenant();
    private final SteadyClock steady = atNoon();
    private final PermissionCache cache = new PermissionCache("Test", tenant, steady, SETTINGS, FactExchange.NONE);
    private final BlockingQueue<WatchEnd> ends = new LinkedBlockingQueue<>();
    private ProviderGuard provider = provider(Mode.ENFORCE);
    private ScopeGuard guard = new ScopeGuard(provider);

    private static SteadyClock atNoon() {
        clock.set(MovableClock.NOON);
        return clock.steady();
    }

    @AfterEach
    void close() {
        guard.close();
        cache.close();
    }

    @AfterAll
    static void stop() {
        tokens.close();
    }

    // Reasons for the end of an access

    @Test
    void watchWhenScopeIsRevokedThenItEndsWithTheRemedy() {
        AccessToken alice = user("alice", "read", "delete");
        Watch watch = watch(alice, scopes("delete"));
        tenant.grant(alice, "read");

        pass(Duration.ofSeconds(31));

        WatchEnd end = end();
        assertThat(end.reason()).isEqualTo(Reason.INSUFFICIENT_SCOPE);
        assertThat(end.isEnforced()).isTrue();
        assertThat(end.token()).isEqualTo(alice);
        assertThat(decision(end).denial()).isEqualTo(Denial.INSUFFICIENT_SCOPE);
        assertThat(decision(end).drift().demoted()).isEqualTo(Scopes.of("delete"));
        assertThat(decision(end).advice().remedy()).isEqualTo(Remedy.REFRESH);
        assertThat(watch.isOpen()).isFalse();
        assertThat(guard.openWatches()).isZero();
    }

    @Test
    void watchWhenScopeThatIsNotRequiredIsRevokedThenItGoesOn() {
        AccessToken alice = user("alice", "read", "delete");
        Watch reading = watch(alice, scopes("read"));
        Watch deleting = watch(alice, scopes("delete"));
        tenant.grant(alice, "read");

        pass(Duration.ofSeconds(31));

        assertThat(end().reason()).isEqualTo(Reason.INSUFFICIENT_SCOPE);
        assertThat(deleting.isOpen()).isFalse();
        tenant.grant(alice);
        pass(Duration.ofSeconds(31));
        assertThat(end().reason()).isEqualTo(Reason.INSUFFICIENT_SCOPE);
        assertThat(reading.isOpen()).isFalse();
        assertThat(ends).isEmpty();
    }

    @Test
    void watchWhenFactsAreReadThatLeaveTheAccessOpenThenTheListenerIsTold() throws InterruptedException {
        AccessToken alice = user("alice", "read", "delete");
        BlockingQueue<Scopes> told = new LinkedBlockingQueue<>();
        Watch reading = guard.watch(guard.authorize(alice, scopes("read")), new WatchListener() {
            @Override
            public void ended(WatchEnd end) {
                ends.add(end);
            }

            @Override
            public void refreshed() {
                told.add(guard.inspect(alice).effective());
            }
        });
        tenant.grant(alice, "read");

        Scopes last = null;
        for (int i = 0; i < 1_000 && !Scopes.of("read").equals(last); i++) {
            last = told.poll(100, TimeUnit.MILLISECONDS);
            pass(Duration.ofSeconds(7));
        }

        assertThat(last).isEqualTo(Scopes.of("read"));
        assertThat(reading.isOpen()).isTrue();
        assertThat(ends).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(
            value = Standing.class,
            names = {"NOT_A_MEMBER", "SUSPENDED", "UNKNOWN_SUBJECT"})
    void watchWhenSubjectLosesItsStandingThenItEnds(Standing standing) {
        AccessToken alice = user("alice", "read");
        AccessToken bob = user("bob", "read");
        watch(alice, scopes("read"));
        Watch other = watch(bob, scopes("read"));
        tenant.stands(alice, standing);

        pass(Duration.ofSeconds(31));

        WatchEnd end = end();
        assertThat(end.token()).isEqualTo(alice);
        assertThat(end.reason())
                .isEqualTo(standing == Standing.NOT_A_MEMBER ? Reason.NOT_A_MEMBER : Reason.SUBJECT_INACTIVE);
        assertThat(other.isOpen()).isTrue();
    }

    @Test
    void watchWhenRoleIsTakenThenItEndsAlsoIfTheTokenCarriesNoRoles() {
        AccessToken alice = user("alice", "read");
        tenant.organizationRoles(alice, "Admin", "Editor");
        watch(
                alice,
                new AccessRequest(
                        RequestedOrganization.named("acme"),
                        null,
                        RoleRequirement.allOf(RoleKind.ORGANIZATION, "Admin")));
        tenant.organizationRoles(alice, "Editor");

        pass(Duration.ofSeconds(31));

        assertThat(end().reason()).isEqualTo(Reason.INSUFFICIENT_ROLE);
    }

    @Test
    void watchWhenTokenExpiresThenItEndsWithinTheSameSkewAsVerification() {
        AccessToken young = tokens.organization("acme").scopes("read").verified();
        tenant.grant(young, "read");
        clock.advanceSeconds(1_800);
        AccessToken younger = tokens.organization("acme").scopes("read").verified();
        Watch last = watch(younger, scopes("read"));
        watch(young, scopes("read"));

        clock.set(young.expiresAt().plus(CLOCK_SKEW).minusSeconds(1));
        provider.watches().tick();
        assertThat(ends).isEmpty();

        pass(Duration.ofSeconds(1));
        WatchEnd end = endWithoutTime();
        assertThat(end.reason()).isEqualTo(Reason.EXPIRED);
        assertThat(end.token()).isEqualTo(young);
        assertThat(end.decision()).isNull();
        assertThat(last.isOpen()).isTrue();
    }

    @Test
    void watchWhenChangeIsReportedThenItEndsWithoutTimePassing() {
        AccessToken alice = user("alice", "read");
        watch(alice, scopes("read"));
        tenant.stands(alice, Standing.SUSPENDED);

        guard.apply(new PermissionChange.OfSubject(alice.subject()));

        assertThat(endWithoutTime().reason()).isEqualTo(Reason.SUBJECT_INACTIVE);
    }

    @Test
    void watchWhenRequirementTakesReadsOfItsOwnThenItIsReReadAtTheUsualAge() {
        AccessToken alice = user("alice", "read");
        watch(
                alice,
                new AccessRequest(
                        RequestedOrganization.named("acme"),
                        ScopeRequirement.allOf(Audience.ORGANIZATION, Scopes.of("read"))
                                .withMaxAge(Duration.ZERO)));
        int reads = tenant.fetches();
        for (int i = 0; i < 20; i++) {
            provider.watches().tick();
        }
        assertThat(tenant.fetches()).isEqualTo(reads);
        tenant.grant(alice);

        pass(Duration.ofSeconds(31));

        assertThat(end().reason()).isEqualTo(Reason.INSUFFICIENT_SCOPE);
    }

    /** Permissions at an API also depend on global roles, whose list was read a moment ago. */
    @Test
    void watchWhenChangeOfAnApiTokenIsReportedThenItEndsAtOnceToo() {
        AccessToken alice = tokens.organizationResource("acme")
                .subject("alice")
                .scopes("read")
                .verified();
        tenant.grant(alice, "read");
        watch(
                alice,
                new AccessRequest(
                        RequestedOrganization.named("acme"),
                        ScopeRequirement.allOf(TestTokens.API, Scopes.of("read"))));
        tenant.grant(alice);

        guard.apply(new PermissionChange.OfSubject(alice.subject()));

        WatchEnd end = null;
        for (int i = 0; i < 1_000 && end == null; i++) {
            provider.watches().tick();
            end = poll(Duration.ofMillis(20));
        }
        assertThat(Objects.requireNonNull(end, "nothing ended").reason()).isEqualTo(Reason.INSUFFICIENT_SCOPE);
    }

    @Test
    void watchWhenListenerFailsBadlyThenTheOthersStillExpire() {
        AccessToken alice = user("alice", "read");
        guard.watch(guard.authorize(alice, scopes("read")), end -> {
            throw new NoClassDefFoundError("of the application");
        });
        clock.set(alice.expiresAt().plus(CLOCK_SKEW));
        AccessToken bob = user("bob", "read");
        Watch watch = watch(bob, scopes("read"));

        clock.set(bob.expiresAt().plus(CLOCK_SKEW));

        // Not by a tick of the test: the thread of the watches goes on.
        assertThat(endWithoutTime().reason()).isEqualTo(Reason.EXPIRED);
        assertThat(watch.isOpen()).isFalse();
    }

    /** One thread judges all watches, so a read that does not return must not stop it. */
    @Test
    void watchWhenReadsHangThenKnownLossesEndIt() throws InterruptedException {
        AccessToken alice = user("alice", "read");
        AccessToken bob = user("bob", "read");
        CountDownLatch isBusy = new CountDownLatch(1);
        CountDownLatch isFree = new CountDownLatch(1);
        CountDownLatch isOver = new CountDownLatch(1);
        AccessToken carol = user("carol", "read");
        guard.watch(guard.authorize(carol, scopes("read")), new WatchListener() {
            @Override
            public void ended(WatchEnd end) {}

            @Override
            public void refreshed() {
                isBusy.countDown();
                await(isFree);
            }
        });
        isBusy.await();
        List.of(alice, bob).forEach(user -> {
            watch(user, scopes("read"));
            tenant.grant(user);
            guard.apply(new PermissionChange.OfSubject(user.subject()));
            assertThat(guard.authorize(user, scopes("read")).isGranted()).isFalse();
        });
        tenant.beforeReads(subject -> await(isOver));
        List.of(alice, bob).forEach(user -> guard.apply(new PermissionChange.OfSubject(user.subject())));

        isFree.countDown();

        assertThat(endWithoutTime().reason()).isEqualTo(Reason.INSUFFICIENT_SCOPE);
        assertThat(endWithoutTime().reason()).isEqualTo(Reason.INSUFFICIENT_SCOPE);
        isOver.countDown();
    }

    // Events that do not end an access

    @Test
    void watchWhenProviderIsDownThenItGoesOnAndEndsOnceTheLossIsRead() {
        AccessToken alice = user("alice", "read");
        Watch watch = watch(alice, scopes("read"));
        tenant.down(true);
        tenant.grant(alice);

        for (int i = 0; i < 12; i++) {
            pass(Duration.ofMinutes(1));
        }
        assertThat(watch.isOpen()).isTrue();

        tenant.down(false);
        for (int i = 0; i < 1_000 && watch.isOpen(); i++) {
            // The last failed read is repeated after a pause of the moved clock.
            pass(Duration.ofSeconds(1));
            Thread.yield();
        }
        assertThat(end().reason()).isEqualTo(Reason.INSUFFICIENT_SCOPE);
    }

    @ParameterizedTest
    @EnumSource(
            value = Mode.class,
            names = {"OBSERVE", "SIGNAL"})
    void watchWhenModeDeniesNothingThenTheEndIsReportedOnceAndTheAccessGoesOn(Mode mode) {
        guard.close();
        provider = provider(mode);
        guard = new ScopeGuard(provider);
        AccessToken alice = user("alice", "read", "delete");
        Watch watch = watch(alice, scopes("delete"));
        tenant.grant(alice, "read");

        pass(Duration.ofSeconds(31));

        WatchEnd end = end();
        assertThat(end.reason()).isEqualTo(Reason.INSUFFICIENT_SCOPE);
        assertThat(end.isEnforced()).isFalse();
        pass(Duration.ofSeconds(31));
        assertThat(ends).isEmpty();
        clock.set(alice.expiresAt().plus(CLOCK_SKEW));
        provider.watches().tick();
        assertThat(endWithoutTime().reason()).isEqualTo(Reason.EXPIRED);
        provider.watches().tick();
        assertThat(ends).isEmpty();
        assertThat(watch.isOpen()).isTrue();
        watch.end();
        assertThat(endWithoutTime().reason()).isEqualTo(Reason.APPLICATION);
        assertThat(watch.isOpen()).isFalse();
    }

    @Test
    void closeWhenAccessIsOverThenNothingIsReported() {
        AccessToken alice = user("alice", "read");
        Watch closed = watch(alice, scopes("read"));
        Watch open = watch(alice, scopes("read"));
        closed.close();
        closed.close();
        closed.end();
        tenant.grant(alice);

        pass(Duration.ofSeconds(31));

        end();
        assertThat(open.isOpen()).isFalse();
        assertThat(ends).isEmpty();
        assertThat(guard.openWatches()).isZero();
    }

    // Renewal

    @Test
    void renewWhenTokenIsTheSameClientsThenTheAccessOutlivesTheFirstToken() {
        AccessToken first = user("alice", "read");
        Watch watch = watch(first, scopes("read"));
        clock.advanceSeconds(3_000);
        AccessToken second = token("alice", "read").verified();

        assertThat(watch.renew(second).isGranted()).isTrue();

        clock.set(first.expiresAt().plus(CLOCK_SKEW));
        provider.watches().tick();
        assertThat(watch.isOpen()).isTrue();
        assertThat(watch.granted().token()).isEqualTo(second);
        clock.set(second.expiresAt().plus(CLOCK_SKEW));
        provider.watches().tick();
        assertThat(endWithoutTime().token()).isEqualTo(second);
    }

    @Test
    void renewWhenTokenIsAnothersThenRefused() {
        AccessToken alice = user("alice", "read");
        AccessToken bob = user("bob", "read");
        AccessToken otherClient = token("alice", "read").client("mobile").verified();
        AccessToken acting =
                token("alice", "read").with("act", Map.of("sub", "agent")).verified();
        AccessToken otherOrganization =
                tokens.organization("globex").subject("alice").scopes("read").verified();
        tenant.grant(otherOrganization, "read");
        AccessRequest anywhere = new AccessRequest(
                RequestedOrganization.OF_TOKEN, ScopeRequirement.allOf(Audience.ORGANIZATION, Scopes.of("read")));
        Watch watch = watch(alice, anywhere);

        assertRefused(watch, bob, "subject");
        assertRefused(watch, otherClient, "client");
        assertRefused(watch, acting, "actor");
        assertRefused(watch, otherOrganization, "organization");
        assertThat(watch.isOpen()).isTrue();
        assertThat(watch.granted().token()).isEqualTo(alice);
    }

    private static void assertRefused(Watch watch, AccessToken token, String what) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> watch.renew(token))
                .withMessageContaining(what);
    }

    @Test
    void renewWhenTokenCarriesLessThenDeniedAndTheFirstTokenStays() {
        AccessToken first = user("alice", "read");
        Watch watch = watch(first, scopes("read"));
        AccessToken poorer = token("alice").verified();

        assertThat(watch.renew(poorer).denial()).isEqualTo(Denial.INSUFFICIENT_SCOPE);

        assertThat(watch.granted().token()).isEqualTo(first);
        assertThat(watch.isOpen()).isTrue();
    }

    /** A session has several watches: one of its handshake, and those of its subscriptions. */
    @Test
    void renewWhenOneOfSeveralIsDeniedThenAllGoOnWithTheirTokens() {
        AccessToken first = user("alice", "read", "write");
        Watch reading = watch(first, scopes("read"));
        Watch writing = watch(first, scopes("write"));
        AccessToken poorer = token("alice", "read").verified();
        AccessToken second = token("alice", "read", "write").verified();

        assertThat(Watch.renew(List.of(reading, writing), poorer).denial()).isEqualTo(Denial.INSUFFICIENT_SCOPE);
        assertThat(List.of(reading, writing))
                .extracting(watch -> watch.granted().token())
                .containsOnly(first);

        assertThat(Watch.renew(List.of(reading, writing), second).isGranted()).isTrue();
        assertThat(List.of(reading, writing))
                .extracting(watch -> watch.granted().token())
                .containsOnly(second);
    }

    @Test
    void renewWhenThereIsNoWatchThenRefused() {
        AccessToken token = user("alice", "read");

        assertThatIllegalArgumentException().isThrownBy(() -> Watch.renew(List.of(), token));
    }

    // Bounds

    @Test
    void watchWhenAsManyAreOpenAsMayBeThenRefused() {
        AccessToken alice = user("alice", "read");
        Decision granted = guard.authorize(alice, scopes("read"));
        List<Watch> open = new ArrayList<>();
        for (int i = 0; i < MAX; i++) {
            open.add(guard.watch(granted, ends::add));
        }

        assertThatThrownBy(() -> guard.watch(granted, ends::add)).isInstanceOf(TooManyWatchesException.class);
        open.get(0).close();
        guard.watch(granted, ends::add).close();

        assertThat(guard.openWatches()).isEqualTo(MAX - 1);
    }

    /** As with a client that does not read, to which the last bytes cannot be sent yet. */
    @Test
    void watchWhenItsListenerClosesItThenItCountsUntilThen() {
        AccessToken alice = user("alice", "read", "write");
        try (ScopeGuard one = new ScopeGuard(WatchedProvider.of(Mode.ENFORCE, tokens, cache, SETTINGS, steady, 1))) {
            Decision decision = one.authorize(alice, scopes("read"));
            Watch lasting = one.watch(decision, new WatchListener() {
                @Override
                public void ended(WatchEnd end) {
                    ends.add(end);
                }

                @Override
                public boolean closesWatch() {
                    return true;
                }
            });
            lasting.end();
            assertThat(endWithoutTime().reason()).isEqualTo(Reason.APPLICATION);
            assertThat(lasting.isOpen()).isFalse();
            assertThat(one.openWatches()).isEqualTo(1);
            assertThatThrownBy(() -> one.watch(decision, ends::add)).isInstanceOf(TooManyWatchesException.class);

            lasting.close();
            lasting.close();

            assertThat(one.openWatches()).isZero();
            one.watch(decision, ends::add).close();
        }
    }

    @Test
    void watchWhenDeniedThenRefused() {
        AccessToken alice = user("alice", "read");
        Decision denied = guard.authorize(alice, scopes("delete"));

        assertThatIllegalArgumentException().isThrownBy(() -> guard.watch(denied, ends::add));
    }

    @Test
    void watchWhenOpenedClosedAndRenewedByManyThreadsThenExactlyTheLostOnesEnd() throws Exception {
        int users = 200;
        List<AccessToken> all = new ArrayList<>();
        for (int i = 0; i < users; i++) {
            all.add(user("user-" + i, "read"));
        }
        List<Watch> kept = new ArrayList<>();
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            CountDownLatch start = new CountDownLatch(1);
            List<Future<List<Watch>>> work = new ArrayList<>();
            for (int thread = 0; thread < 8; thread++) {
                work.add(threads.submit(() -> {
                    start.await();
                    List<Watch> open = new ArrayList<>();
                    for (AccessToken token : all) {
                        Watch watch = watch(token, scopes("read"));
                        Watch brief = watch(token, scopes("read"));
                        watch.renew(token);
                        brief.close();
                        open.add(watch);
                    }
                    return open;
                }));
            }
            start.countDown();
            for (Future<List<Watch>> each : work) {
                kept.addAll(each.get(2, TimeUnit.MINUTES));
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(guard.openWatches()).isEqualTo(8 * users);
        all.stream().limit(users / 10).forEach(token -> tenant.grant(token));

        pass(Duration.ofSeconds(31));

        for (int i = 0; i < 8 * users / 10; i++) {
            assertThat(end().reason()).isEqualTo(Reason.INSUFFICIENT_SCOPE);
        }
        assertThat(ends).isEmpty();
        assertThat(guard.openWatches()).isEqualTo(8 * users - 8 * users / 10);
        for (Watch watch : kept) {
            Subject subject = watch.granted().token().subject();
            assertThat(watch.isOpen())
                    .isEqualTo(Integer.parseInt(subject.id().substring("user-".length())) >= users / 10);
            watch.close();
        }
        assertThat(guard.openWatches()).isZero();
        assertThat(provider.watches().isForgotten()).isTrue();
    }

    /** The thread that judges watches has decided about the older token when the access is renewed. */
    @Test
    void renewWhenALossOfTheOlderTokenComesLateThenThatOfTheNewerTokenIsReported() {
        guard.close();
        provider = provider(Mode.SIGNAL);
        guard = new ScopeGuard(provider);
        AccessToken older = user("alice", "read", "delete");
        Watch watch = watch(older, scopes("delete"));
        Watch.Entry judged = Objects.requireNonNull(watch.unreported());
        clock.advanceSeconds(1);
        AccessToken newer = token("alice", "read", "delete").verified();
        assertThat(watch.renew(newer).isGranted()).isTrue();

        watch.finish(judged, WatchEnd.lost(Denial.INSUFFICIENT_SCOPE, watch.granted(), false, clock.instant()));
        assertThat(ends).isEmpty();
        tenant.grant(older, "read");
        pass(Duration.ofSeconds(31));

        assertThat(end().token()).isEqualTo(newer);
        assertThat(watch.granted().token()).isEqualTo(newer);
    }

    // Helpers

    private TestTokens.Token token(String user, String... scopes) {
        return tokens.organization("acme").subject(user).scopes(scopes);
    }

    private AccessToken user(String id, String... scopes) {
        AccessToken token = token(id, scopes).verified();
        tenant.grant(token, scopes);
        return token;
    }

    private static AccessRequest scopes(String... scopes) {
        return new AccessRequest(
                RequestedOrganization.named("acme"), ScopeRequirement.allOf(Audience.ORGANIZATION, Scopes.of(scopes)));
    }

    private Watch watch(AccessToken token, AccessRequest request) {
        return guard.watch(guard.authorize(token, request), ends::add);
    }

    /** Time passes, and the thread of the watches notices at once. */
    private void pass(Duration time) {
        clock.advance(time);
        provider.watches().tick();
    }

    /** The next end, while time passes. Moving the clock while another thread reads it may look like a freeze, once. */
    private WatchEnd end() {
        for (int i = 0; i < 1_000; i++) {
            WatchEnd end = poll(Duration.ofMillis(100));
            if (end != null) {
                return end;
            }
            pass(Duration.ofSeconds(7));
        }
        throw new AssertionError("nothing ended");
    }

    private WatchEnd endWithoutTime() {
        return Objects.requireNonNull(poll(Duration.ofMinutes(2)), "nothing ended");
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private @Nullable WatchEnd poll(Duration patience) {
        try {
            return ends.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Decision decision(WatchEnd end) {
        return Objects.requireNonNull(end.decision());
    }

    private ProviderGuard provider(Mode mode) {
        return WatchedProvider.of(mode, tokens, cache, SETTINGS, steady, MAX);
    }
}

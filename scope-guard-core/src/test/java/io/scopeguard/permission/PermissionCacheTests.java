package io.scopeguard.permission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.scopeguard.permission.PermissionsUnavailableException.Reason;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import io.scopeguard.testing.LogEvents;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.token.Subject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class PermissionCacheTests {

    private static final PermissionKey KEY = key("alice");
    private static final Scopes READ = Scopes.of("read");
    private static final Scopes BOTH = Scopes.of("read", "write");
    private static final Duration LONG = Duration.ofSeconds(60);

    private final MovableClock clock = MovableClock.atNoon();
    private final Script source = new Script();
    private final PermissionCache cache = cache(LONG);

    @AfterEach
    void close() {
        cache.close();
    }

    // Changes that are reported

    @ParameterizedTest
    @MethodSource("changes")
    void applyWhenAChangeConcernsAKeyThenReadAgain(PermissionChange change, boolean concerned) {
        source.answers(READ);
        get(READ);
        clock.advanceSeconds(1);

        cache.apply(change);
        get(READ);
        get(READ);

        assertThat(source.fetches()).isEqualTo(concerned ? 2 : 1);
    }

    static List<Arguments> changes() {
        Subject bob = new Subject(Subject.Type.USER, "bob");
        return List.of(
                Arguments.of(new PermissionChange.OfMember(KEY.subject(), "acme"), true),
                Arguments.of(new PermissionChange.OfMember(KEY.subject(), "globex"), false),
                Arguments.of(new PermissionChange.OfMember(bob, "acme"), false),
                Arguments.of(new PermissionChange.OfSubject(KEY.subject()), true),
                Arguments.of(new PermissionChange.OfSubject(bob), false),
                Arguments.of(new PermissionChange.OfOrganization("acme"), true),
                Arguments.of(new PermissionChange.OfOrganization("globex"), false),
                // What roles mean is read apart from who holds them.
                Arguments.of(new PermissionChange.OfRoles(), false),
                Arguments.of(new PermissionChange.OfEverything(), true));
    }

    @Test
    void applyWhenTheProviderIsDownThenTheLastReadingStands() {
        source.answers(READ);
        get(READ);
        clock.advanceSeconds(1);
        source.fails(Reason.UNREACHABLE);

        cache.apply(new PermissionChange.OfEverything());

        assertThat(get(READ).granted()).isEqualTo(READ);
    }

    // Reading and sharing

    @Test
    void getWhenFreshThenNotReadAgain() {
        source.answers(READ);

        for (int i = 0; i < 20; i++) {
            assertThat(get(READ).granted()).isEqualTo(READ);
            clock.advanceSeconds(1);
        }
        assertThat(source.fetches()).isEqualTo(1);
    }

    @Test
    void getWhenBeyondMaxAgeThenReadAgain() {
        source.answers(READ);
        get(READ);

        clock.advanceSeconds(30);
        clock.advance(Duration.ofNanos(1));
        assertThat(get(READ).asOf()).isEqualTo(clock.instant());
        assertThat(source.fetches()).isEqualTo(2);
    }

    @Test
    void getWhenKeysDifferThenEachIsReadByItself() {
        source.answers(READ);

        get(READ);
        cache.get(key("bob"), freshness(), READ);
        cache.get(new PermissionKey(KEY.subject(), "globex", KEY.audience()), freshness(), READ);
        cache.get(new PermissionKey(KEY.subject(), null, Audience.resource("https://a.example")), freshness(), READ);
        cache.get(
                new PermissionKey(new Subject(Subject.Type.APPLICATION, "alice"), "acme", KEY.audience()),
                freshness(),
                READ);

        assertThat(source.fetches()).isEqualTo(5);
    }

    @Test
    void getWhenManyAskAtOnceForAColdKeyThenOneReadServesAll() throws Exception {
        Gate gate = source.gated(READ);

        List<LivePermissions> answers = inParallel(200, () -> get(READ), gate::open);

        assertThat(answers).hasSize(200).allMatch(live -> live.granted().equals(READ));
        assertThat(source.fetches()).isEqualTo(1);
    }

    @Test
    void getWhenAReadEndsWhileOthersAreAboutToAskThenTheyShareIt() throws Exception {
        source.answers(READ);

        // The window is narrow: many keys, so that somebody falls into it.
        for (int round = 0; round < 150; round++) {
            PermissionKey cold = key("user-" + round);
            inParallel(8, () -> cache.get(cold, freshness(), READ), () -> {});
        }
        assertThat(source.fetches()).isEqualTo(150);
    }

    @Test
    void getWhenMaxAgeIsZeroThenOnlyAReadThatBeganAfterIsShared() throws Exception {
        Gate gate = source.gated(READ);
        ExecutorService callers = Executors.newCachedThreadPool();
        try {
            Future<LivePermissions> first = callers.submit(() -> get(READ));
            gate.awaitReader();
            clock.advanceSeconds(1);
            Instant arrival = clock.instant();
            List<Future<LivePermissions>> later = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                later.add(callers.submit(() -> cache.get(KEY, Freshness.within(Duration.ZERO, arrival), READ)));
            }
            gate.open();

            assertThat(first.get(60, TimeUnit.SECONDS).asOf()).isBefore(arrival);
            for (Future<LivePermissions> answer : later) {
                assertThat(answer.get(60, TimeUnit.SECONDS).asOf()).isAfterOrEqualTo(arrival);
            }
        } finally {
            callers.shutdownNow();
        }
    }

    @Test
    void getWhenMaxAgeIsZeroThenEachLaterRequestReadsAnew() {
        source.answers(READ);

        for (int i = 0; i < 3; i++) {
            cache.get(KEY, Freshness.within(Duration.ZERO, clock.instant()), READ);
            clock.advance(Duration.ofMillis(1));
        }
        assertThat(source.fetches()).isEqualTo(3);
    }

    @Test
    void freshnessWhenBoundIsAfterDueThenRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Freshness(MovableClock.NOON, MovableClock.NOON.plusNanos(1)));
    }

    // Failing

    @ParameterizedTest
    @EnumSource(Reason.class)
    void getWhenNothingWasEverReadThenTheFailureIsTold(Reason reason) {
        source.fails(reason);

        assertUnavailable(reason);
    }

    @Test
    void getWhenReadFailsThenTheLastReadingServesUpToTheBound() {
        source.answers(READ);
        get(READ);
        source.fails(Reason.UNREACHABLE);

        clock.advance(Duration.ofMinutes(5));
        assertThat(get(READ).granted()).isEqualTo(READ);
        assertThat(get(READ).asOf()).isEqualTo(MovableClock.NOON);
        clock.advance(Duration.ofNanos(1));
        assertUnavailable(Reason.UNREACHABLE);
    }

    @Test
    void getWhenRequirementHasItsOwnBoundThenNoGrace() {
        source.answers(READ);
        get(READ);
        source.fails(Reason.UNREACHABLE);
        clock.advanceSeconds(11);

        assertThatExceptionOfType(PermissionsUnavailableException.class)
                .isThrownBy(() -> cache.get(KEY, Freshness.within(Duration.ofSeconds(10), clock.instant()), READ));
        assertThat(get(READ).granted()).isEqualTo(READ);
    }

    @Test
    void getWhenReadFailedThenTheProviderIsLeftAloneForASecond() {
        source.fails(Reason.UNREACHABLE);
        assertUnavailable(Reason.UNREACHABLE);
        clock.advanceSeconds(1);
        source.answers(READ);
        clock.advance(Duration.ofMillis(-1));
        assertUnavailable(Reason.UNREACHABLE);
        assertThat(source.fetches()).isEqualTo(1);

        clock.advance(Duration.ofMillis(1));
        assertThat(get(READ).granted()).isEqualTo(READ);
    }

    @Test
    void getWhenSourceHangsThenTheWaitIsBounded() throws Exception {
        try (PermissionCache impatient = cache(Duration.ofMillis(500))) {
            source.answers(READ);
            impatient.get(key("bob"), freshness(), READ);
            Gate gate = source.gated(READ);
            assertThatExceptionOfType(PermissionsUnavailableException.class)
                    .isThrownBy(() -> impatient.get(KEY, freshness(), READ))
                    .extracting(PermissionsUnavailableException::reason)
                    .isEqualTo(Reason.TIMEOUT);
            gate.awaitReader();
            assertThat(source.fetches()).isEqualTo(2);
            gate.open();
        }
    }

    @Test
    void getWhenSourceHangsForOneKeyThenAnotherIsServed() throws Exception {
        Gate gate = source.gatedFor(KEY, READ);
        CompletableFuture<LivePermissions> slow = CompletableFuture.supplyAsync(() -> get(READ));
        gate.awaitReader();

        assertThat(cache.get(key("bob"), freshness(), READ).granted()).isEqualTo(READ);
        assertThat(slow).isNotDone();
        gate.open();
        assertThat(slow.get(60, TimeUnit.SECONDS).granted()).isEqualTo(READ);
    }

    @Test
    void getWhenInterruptedThenUnavailableAndStillInterrupted() {
        Gate gate = source.gated(READ);
        Thread.currentThread().interrupt();

        assertUnavailable(Reason.TIMEOUT);
        assertThat(Thread.interrupted()).isTrue();
        gate.open();
    }

    @Test
    void getWhenSourceBreaksItsPromiseThenMalformedAndLaterReadsStillHappen() {
        try (LogEvents events = LogEvents.capture()) {
            source.breaks(new IllegalStateException("unexpected"));
            assertUnavailable(Reason.MALFORMED);
            assertThat(events.messages()).hasSize(1);
        }
        clock.advanceSeconds(1);
        source.answers(READ);

        assertThat(get(READ).granted()).isEqualTo(READ);
    }

    @Test
    void getWhenSourceThrowsAnErrorThenMalformedAndLaterReadsStillHappen() {
        try (LogEvents events = LogEvents.capture();
                PermissionCache impatient = cache(Duration.ofSeconds(5))) {
            source.breaks(new StackOverflowError());
            assertThatExceptionOfType(PermissionsUnavailableException.class)
                    .isThrownBy(() -> impatient.get(KEY, freshness(), READ))
                    .extracting(PermissionsUnavailableException::reason)
                    .isEqualTo(Reason.MALFORMED);
            assertThat(events.messages()).hasSize(1);
            clock.advanceSeconds(1);
            source.answers(READ);

            assertThat(impatient.get(KEY, freshness(), READ).granted()).isEqualTo(READ);
        }
    }

    // What shrinks

    @Test
    void getWhenFewerScopesThenConfirmedBeforeBelieved() {
        source.answers(BOTH);
        get(BOTH);
        clock.advanceSeconds(31);
        source.answers(READ).confirms(READ);

        assertThat(get(BOTH).granted()).isEqualTo(READ);
        assertThat(source.confirmations()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(
            value = Standing.class,
            names = {"NOT_A_MEMBER", "SUSPENDED", "UNKNOWN_SUBJECT"})
    void getWhenStandingIsLostThenConfirmedBeforeBelieved(Standing standing) {
        source.answers(READ);
        get(READ);
        clock.advanceSeconds(31);
        source.stands(standing).confirmsStanding(standing);

        assertThat(get(READ).standing()).isEqualTo(standing);
        assertThat(source.confirmations()).isEqualTo(1);
        clock.advanceSeconds(31);
        assertThat(get(READ).standing()).isEqualTo(standing);
        assertThat(source.confirmations()).isEqualTo(1);
    }

    @Test
    void getWhenSubjectWithoutScopesLosesStandingThenConfirmed() {
        source.answers(Scopes.none());
        get(Scopes.none());
        clock.advanceSeconds(31);
        source.stands(Standing.NOT_A_MEMBER).confirms(Scopes.none());

        assertThat(get(Scopes.none()).standing()).isEqualTo(Standing.ACTIVE);
    }

    @Test
    void getWhenConfirmationDisagreesThenNothingIsLost() {
        source.answers(BOTH);
        get(BOTH);
        clock.advanceSeconds(31);
        source.answers(Scopes.none()).confirms(BOTH);

        assertThat(get(BOTH).granted()).isEqualTo(BOTH);
    }

    @Test
    void getWhenConfirmationFailsThenTheOldReadingServesUpToItsBound() {
        source.answers(BOTH);
        get(BOTH);
        clock.advanceSeconds(31);
        source.answers(Scopes.none()).confirmFails(Reason.SERVER_ERROR);

        assertThat(get(BOTH).granted()).isEqualTo(BOTH);
        assertThat(get(BOTH).asOf()).isEqualTo(MovableClock.NOON);
        clock.advance(Duration.ofMinutes(5));
        assertUnavailable(Reason.SERVER_ERROR);
    }

    @Test
    void getWhenOnlyWhatCountsShrinksThenConfirmedToo() {
        source.answers(BOTH, BOTH);
        get(BOTH);
        clock.advanceSeconds(31);
        source.answers(BOTH, READ).confirms(BOTH, READ);

        assertThat(get(BOTH).granted()).isEqualTo(READ);
        assertThat(source.confirmations()).isEqualTo(1);
    }

    @Test
    void getWhenFirstReadingLacksWhatTheTokenHoldsThenConfirmed() {
        source.answers(READ).confirms(BOTH);

        assertThat(get(BOTH).granted()).isEqualTo(BOTH);
        assertThat(source.confirmations()).isEqualTo(1);
    }

    @Test
    void getWhenAnotherTokenHeldLessThenWhatThisOneLacksIsStillConfirmed() {
        source.answers(Scopes.none()).confirms(BOTH);
        get(Scopes.none());

        assertThat(get(BOTH).granted()).isEqualTo(BOTH);
        assertThat(source.confirmations()).isEqualTo(1);
    }

    @Test
    void getWhenFirstReadingHasNoStandingThenConfirmed() {
        source.stands(Standing.NOT_A_MEMBER).confirms(READ);

        assertThat(get(Scopes.none()).standing()).isEqualTo(Standing.ACTIVE);
    }

    @Test
    void getWhenFirstConfirmationFailsThenNothingIsKnown() {
        source.answers(Scopes.none()).confirmFails(Reason.TIMEOUT);

        assertUnavailable(Reason.TIMEOUT);
    }

    @Test
    void getWhenMoreScopesThenNoConfirmation() {
        source.answers(READ);
        get(READ);
        clock.advanceSeconds(31);
        source.answers(BOTH);

        assertThat(get(READ).granted()).isEqualTo(BOTH);
        assertThat(source.confirmations()).isZero();
    }

    // Closing

    @Test
    void closeWhenThreadsAreReadingThenTheyEnd() throws Exception {
        PermissionCache closing = cache(Duration.ofMillis(500));
        source.answers(READ);
        closing.get(key("carol"), freshness(), READ);
        Gate gate = source.gated(READ);
        assertThatExceptionOfType(PermissionsUnavailableException.class)
                .isThrownBy(() -> closing.get(KEY, freshness(), READ));
        Thread reader = gate.awaitReader();
        assertThat(reader.isDaemon()).isTrue();

        closing.close();

        reader.join(TimeUnit.SECONDS.toMillis(60));
        assertThat(reader.isAlive()).isFalse();
        assertThatExceptionOfType(PermissionsUnavailableException.class)
                .isThrownBy(() -> closing.get(key("bob"), freshness(), READ));
    }

    @Test
    void keyHasNoIdsInItsText() {
        assertThat(KEY).hasToString("permissions of a USER for organization");
    }

    private LivePermissions get(Scopes held) {
        return cache.get(KEY, freshness(), held);
    }

    private Freshness freshness() {
        Instant now = clock.instant();
        return new Freshness(now.minusSeconds(30), now.minus(Duration.ofMinutes(5)));
    }

    private void assertUnavailable(Reason reason) {
        assertThatExceptionOfType(PermissionsUnavailableException.class)
                .isThrownBy(() -> get(READ))
                .extracting(PermissionsUnavailableException::reason)
                .isEqualTo(reason);
    }

    private PermissionCache cache(Duration maxWait) {
        return new PermissionCache(source, clock, maxWait, 1_000, Duration.ofHours(1));
    }

    private static PermissionKey key(String user) {
        return new PermissionKey(new Subject(Subject.Type.USER, user), "acme", Audience.ORGANIZATION);
    }

    /** Starts all at once, runs what is to happen meanwhile, and collects the answers. */
    private static <T> List<T> inParallel(int threads, Supplier<T> call, Runnable meanwhile)
            throws InterruptedException, ExecutionException, TimeoutException {
        ExecutorService callers = Executors.newFixedThreadPool(threads);
        CyclicBarrier start = new CyclicBarrier(threads);
        try {
            List<Future<T>> futures = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                futures.add(callers.submit(() -> {
                    start.await(60, TimeUnit.SECONDS);
                    return call.get();
                }));
            }
            meanwhile.run();
            List<T> answers = new ArrayList<>();
            for (Future<T> future : futures) {
                answers.add(future.get(60, TimeUnit.SECONDS));
            }
            return answers;
        } finally {
            callers.shutdownNow();
        }
    }

    /** Holds reads back until it is opened. */
    private static final class Gate {

        private final CompletableFuture<Thread> firstReader = new CompletableFuture<>();
        private final CountDownLatch opened = new CountDownLatch(1);

        void pass() {
            firstReader.complete(Thread.currentThread());
            try {
                if (!opened.await(60, TimeUnit.SECONDS)) {
                    throw new IllegalStateException("nobody opened the gate");
                }
            } catch (InterruptedException e) {
                throw new PermissionsUnavailableException(Reason.TIMEOUT, "interrupted");
            }
        }

        Thread awaitReader() throws InterruptedException, ExecutionException, TimeoutException {
            return firstReader.get(60, TimeUnit.SECONDS);
        }

        void open() {
            opened.countDown();
        }
    }

    /** A source that answers as it is told, from one moment to the next. */
    private static final class Script implements PermissionSource {

        private static final Audience OTHER = Audience.resource("https://a.example");

        private final AtomicInteger fetches = new AtomicInteger();
        private final AtomicInteger confirmations = new AtomicInteger();
        private volatile Answer fetching = holder -> Holdings.of(Set.of());
        private final AtomicInteger definitionReads = new AtomicInteger();
        private volatile Supplier<RoleDefinitions> defining = () -> roles("read", "write");
        private volatile Answer confirming = holder -> {
            throw new IllegalStateException("nothing to confirm");
        };

        Script answers(Scopes scopes) {
            return answers(scopes, scopes);
        }

        Script answers(Scopes issuable, Scopes granted) {
            fetching = holder -> holdings(issuable, granted);
            return this;
        }

        Script stands(Standing standing) {
            fetching = holder -> Holdings.none(standing);
            return this;
        }

        Script confirms(Scopes scopes) {
            return confirms(scopes, scopes);
        }

        Script confirms(Scopes issuable, Scopes granted) {
            confirming = holder -> holdings(issuable, granted);
            return this;
        }

        void confirmsStanding(Standing standing) {
            confirming = holder -> Holdings.none(standing);
        }

        void fails(Reason reason) {
            fetching = holder -> {
                throw new PermissionsUnavailableException(reason, "told to fail");
            };
        }

        void confirmFails(Reason reason) {
            confirming = holder -> {
                throw new PermissionsUnavailableException(reason, "told to fail");
            };
        }

        void breaks(RuntimeException failure) {
            fetching = holder -> {
                throw failure;
            };
        }

        void breaks(Error failure) {
            fetching = holder -> {
                throw failure;
            };
        }

        Gate gated(Scopes scopes) {
            Gate gate = new Gate();
            fetching = holder -> {
                gate.pass();
                return holdings(scopes, scopes);
            };
            return gate;
        }

        Gate gatedFor(PermissionKey slow, Scopes scopes) {
            Gate gate = new Gate();
            fetching = holder -> {
                if (holder.equals(Holder.of(slow, false))) {
                    gate.pass();
                }
                return holdings(scopes, scopes);
            };
            return gate;
        }

        int fetches() {
            return fetches.get();
        }

        int confirmations() {
            return confirmations.get();
        }

        @Override
        public Holdings read(Holder holder, Urgency urgency) {
            fetches.incrementAndGet();
            return fetching.to(holder);
        }

        @Override
        public Holdings confirm(Holder holder, Urgency urgency) {
            confirmations.incrementAndGet();
            return confirming.to(holder);
        }

        @Override
        public RoleDefinitions definitions(RoleKind kind, Urgency urgency) {
            definitionReads.incrementAndGet();
            return defining.get();
        }

        /** A role for each scope, named like it. */
        private static Holdings holdings(Scopes issuable, Scopes granted) {
            return new Holdings(Standing.ACTIVE, names(granted), Set.of(), names(issuable.minus(granted)));
        }

        private static Set<String> names(Scopes scopes) {
            return Set.copyOf(scopes.toList());
        }

        private static RoleDefinitions roles(String... names) {
            return new RoleDefinitions(Stream.of(names).collect(Collectors.toMap(name -> name, Script::meaning)));
        }

        private static Map<Audience, Scopes> meaning(String name) {
            return Map.of(Audience.ORGANIZATION, Scopes.of(name), OTHER, Scopes.of(name));
        }

        private interface Answer {
            Holdings to(Holder holder);
        }
    }
}

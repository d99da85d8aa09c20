package io.scopeguard.permission;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.permission.fact.FactExchange;
import io.scopeguard.permission.fact.FactHistory;
import io.scopeguard.permission.flight.Flight;
import io.scopeguard.permission.flight.ReadExecutor;
import io.scopeguard.permission.flight.ThreadPoolReadExecutor;
import io.scopeguard.permission.read.Sweeps;
import io.scopeguard.provider.CallBudget;
import io.scopeguard.provider.CallContext;
import io.scopeguard.provider.PermissionChange;
import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.provider.Priority;
import io.scopeguard.provider.Subject;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.time.SteadyClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The engine with its real threads. No test depends on durations, within generous limits. */
@Timeout(120)
class ThreadsTests {

    private static final Scopes READ = Scopes.of("read");
    private static final Scopes BOTH = Scopes.of("read", "write");
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final MovableClock clock = MovableClock.atNoon();
    private final SteadyClock steady = clock.steady();
    private final AtomicReference<String> blocked = new AtomicReference<>("");
    private final Queue<Priority> lifted = new ConcurrentLinkedQueue<>();
    private final CountDownLatch open = new CountDownLatch(1);
    private final CountDownLatch reached = new CountDownLatch(1);
    private final TestDirectory directory = new Gated();
    private final PermissionCache cache = cache(directory);
    private final ExecutorService requests = Executors.newFixedThreadPool(16);

    ThreadsTests() {
        directory.role("viewer", "read").role("editor", "read", "write");
    }

    @AfterEach
    void close() {
        open.countDown();
        requests.shutdownNow();
        cache.close();
    }

    @Test
    void getWhenManyAskForOneKeyThenOneReadServesAll() throws Exception {
        directory.member("acme", "alice", "editor");
        blocked.set("membership");
        List<Future<Scopes>> answers = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            answers.add(requests.submit(() -> get("alice", BOTH)));
        }
        reached.await();
        open.countDown();

        for (Future<Scopes> answer : answers) {
            assertThat(answer.get()).isEqualTo(BOTH);
        }
        assertThat(directory.calls("membership")).isEqualTo(1);
    }

    @Test
    void getWhenReadsAreDifferentThenTheirThreadsHaveDifferentNames() throws Exception {
        Map<String, String> threads = new ConcurrentHashMap<>();
        directory.member("acme", "alice", "editor");
        for (String operation : List.of("membership", "roles")) {
            directory.meanwhile(
                    operation,
                    () -> threads.put(operation, Thread.currentThread().getName()));
        }
        get("alice", BOTH);
        CountDownLatch readAgain = new CountDownLatch(1);
        directory.meanwhile("membership", () -> {
            threads.put("membership again", Thread.currentThread().getName());
            readAgain.countDown();
        });
        clock.advanceSeconds(27);
        get("alice", BOTH);
        readAgain.await();

        assertThat(threads)
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "membership", "scope-guard-permissions-foreground",
                        "roles", "scope-guard-permissions-shared",
                        "membership again", "scope-guard-permissions-background"));
    }

    @Test
    void getWhenTheDefinitionsAreReadInTheBackgroundThenAForegroundReadLiftsThem() throws Exception {
        directory.member("acme", "alice", "editor");
        get("alice", BOTH);
        clock.advanceSeconds(27);
        blocked.set("roles");
        get("alice", BOTH);
        reached.await();
        directory.role("editor", "read");
        cache.apply(new PermissionChange.OfRoles());
        Future<Scopes> answer = requests.submit(() -> get("alice", BOTH));
        awaitLift();
        open.countDown();

        assertThat(answer.get()).isEqualTo(READ);
    }

    @Test
    void getWhenOthersWaitForDefinitionsThenAnotherReadIsNotHeldUp() throws Exception {
        directory.members("acme", 20, "editor").member("globex", "carol", "viewer");
        for (int i = 0; i < 20; i++) {
            get("user-" + i, BOTH);
        }
        cache.get(globex(), fresh(), READ);
        blocked.set("roles");
        cache.apply(new PermissionChange.OfRoles());
        for (int i = 0; i < 12; i++) {
            String user = "user-" + i;
            Future<Scopes> unused = requests.submit(() -> get(user, BOTH));
        }
        reached.await();
        clock.advance(Duration.ofSeconds(1));
        directory.forgetCalls();

        PermissionKey fresh = new PermissionKey(user("dave"), "globex", Audience.ORGANIZATION);
        directory.member("globex", "dave", "viewer");
        Future<?> waiting = requests.submit(() -> cache.get(fresh, fresh(), READ));
        while (directory.calls("membership") + directory.calls("members") == 0) {
            TimeUnit.MILLISECONDS.sleep(1);
        }
        open.countDown();
        assertThat(waiting.get(60, TimeUnit.SECONDS)).isNotNull();
    }

    @Test
    void getWhenAPageIsInFlightThenItsMembersAreNotReadAlone() throws Exception {
        directory.members("acme", 1_000, "viewer");
        get("user-0", READ);
        directory.forgetCalls();
        blocked.set("members");
        Queue<Thread> waiting = new ConcurrentLinkedQueue<>();
        List<Future<Scopes>> answers = new ArrayList<>();
        for (int i = 1; i < 17; i++) {
            String user = "user-" + i;
            answers.add(requests.submit(() -> {
                waiting.add(Thread.currentThread());
                return get(user, READ);
            }));
        }
        reached.await();
        while (waiting.size() < 16
                || !waiting.stream().allMatch(thread -> thread.getState() == Thread.State.TIMED_WAITING)) {
            TimeUnit.MILLISECONDS.sleep(1);
        }
        open.countDown();
        for (Future<Scopes> answer : answers) {
            assertThat(answer.get()).isEqualTo(READ);
        }

        assertThat(directory.calls("members")).isLessThanOrEqualTo(10);
        assertThat(directory.calls("membership")).isZero();
    }

    @Test
    void getWhenManyUseAMemberAtOnceThenItCountsOnce() throws Exception {
        directory.members("acme", 50, "viewer");
        get("user-1", READ);
        for (int round = 0; round < 100; round++) {
            clock.advanceSeconds(40);
            List<Future<Scopes>> answers = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                answers.add(requests.submit(() -> get("user-1", READ)));
            }
            for (Future<Scopes> answer : answers) {
                answer.get();
            }
        }

        // A page is never read for one member in use, except for the first read of an organization.
        assertThat(directory.calls("members")).isLessThanOrEqualTo(1);
    }

    @Test
    void getWhenAThreadCannotBeStartedThenTheNextRequestReadsAfresh() {
        AtomicBoolean fail = new AtomicBoolean(true);
        StepExecutor steps = new StepExecutor();
        ReadExecutor failing = new ForwardingExecutor(steps) {
            @Override
            public void foreground(Flight<?> flight) {
                if (fail.getAndSet(false)) {
                    throw new OutOfMemoryError("unable to create native thread");
                }
                super.foreground(flight);
            }
        };
        directory.member("acme", "alice", "viewer");
        try (PermissionCache frail = new PermissionCache(
                "Test", directory, steady, CacheSettings.DEFAULT, FactExchange.NONE, failing, new Sweeps())) {
            try {
                frail.get(key("alice"), fresh(), READ);
            } catch (PermissionsUnavailableException e) {
                // Reads like a request.
            }
            clock.advanceSeconds(2);

            assertThat(frail.get(key("alice"), fresh(), READ).granted()).isEqualTo(READ);
        }
    }

    @Test
    void takeWhenAWaitingBackgroundCallIsLiftedThenItGoesFirst() throws Exception {
        CallBudget budget = CallBudget.perSecond(1);
        for (int i = 0; i < 6; i++) {
            budget.take(CallContext.FOREGROUND);
        }
        AtomicReference<Priority> priority = new AtomicReference<>(Priority.BACKGROUND);
        CountDownLatch waits = new CountDownLatch(3);
        Future<?> call = requests.submit(() -> budget.take(() -> {
            waits.countDown();
            return priority.get();
        }));
        waits.await();
        priority.set(Priority.FOREGROUND);

        call.get(60, TimeUnit.SECONDS);
    }

    // Reads of a request that demands a read of its own

    @Test
    void individualWhenReadsAreIndependentThenTheyRunInParallel() {
        Meeting meeting = new Meeting();
        meeting.role("viewer", "read")
                .member("acme", "alice", "viewer")
                .globalRole("auditor", "audit")
                .globalRole("payer", "pay")
                .globalRole("seller", "sell")
                .holds("alice", "auditor", "payer", "seller");
        meeting.expect("membership", "roles", "grants");
        meeting.expect("scopes", "scopes", "scopes");

        assertThat(individual(meeting)).isEqualTo(Scopes.of("read", "audit", "pay", "sell"));
    }

    /** If the list of roles is long, only the roles held are read. */
    @Test
    void individualWhenTheRolesHeldAreReadAloneThenInParallel() {
        Meeting meeting = new Meeting();
        meeting.pages(1)
                .role("viewer", "read")
                .role("editor", "write")
                .role("owner", "delete")
                .member("acme", "alice", "viewer", "editor");
        try (PermissionCache parallel = cache(meeting)) {
            assertThat(individual(parallel)).isEqualTo(BOTH);
            meeting.expect("membership", "scopes", "scopes", "grants");

            assertThat(individual(parallel)).isEqualTo(BOTH);
        }
        assertThat(meeting.calls("roles")).isEqualTo(1);
    }

    private Scopes individual(TestDirectory source) {
        try (PermissionCache parallel = cache(source)) {
            return individual(parallel);
        }
    }

    private Scopes individual(PermissionCache from) {
        PermissionKey key = new PermissionKey(user("alice"), "acme", TestDirectory.API);
        return from.get(key, Freshness.within(Duration.ZERO, steady.nanos()), Scopes.none())
                .granted();
    }

    private PermissionCache cache(TestDirectory source) {
        return new PermissionCache(
                "Test",
                source,
                steady,
                new CacheSettings(
                        Duration.ofSeconds(30), Duration.ofMinutes(5), PATIENCE, 100_000, Duration.ofHours(24)),
                FactExchange.NONE);
    }

    /** No call of a group is answered before all calls of the group have begun. */
    private static final class Meeting extends TestDirectory {

        private final Map<String, CyclicBarrier> groups = new ConcurrentHashMap<>();

        void expect(String... operations) {
            CyclicBarrier group = new CyclicBarrier(operations.length);
            for (String operation : operations) {
                groups.put(operation, group);
            }
        }

        @Override
        void asked(String operation, CallContext context) {
            CyclicBarrier group = groups.get(operation);
            try {
                if (group != null) {
                    group.await();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (BrokenBarrierException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private void awaitLift() throws InterruptedException {
        while (lifted.stream().noneMatch(priority -> priority == Priority.FOREGROUND)) {
            TimeUnit.MILLISECONDS.sleep(1);
        }
    }

    private Scopes get(String user, Scopes held) {
        return cache.get(key(user), fresh(), held).granted();
    }

    private Freshness fresh() {
        return Freshness.of(Duration.ofSeconds(30), Duration.ofMinutes(5), steady.nanos());
    }

    private static PermissionKey key(String user) {
        return new PermissionKey(user(user), "acme", Audience.ORGANIZATION);
    }

    private static PermissionKey globex() {
        return new PermissionKey(user("carol"), "globex", Audience.ORGANIZATION);
    }

    private static Subject user(String id) {
        return new Subject(Subject.Type.USER, id);
    }

    /** Blocks one kind of call until it is opened, and records its priority meanwhile. */
    private final class Gated extends TestDirectory {

        @Override
        void asked(String operation, CallContext context) {
            if (!operation.equals(blocked.get())) {
                return;
            }
            reached.countDown();
            try {
                while (!open.await(1, TimeUnit.MILLISECONDS)) {
                    lifted.add(context.priority());
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** The thread that judges all open streams refreshes their facts. */
    @Test
    void refreshWhenAnotherProcessMayKnowTheMemberThenNotWaitedFor() throws InterruptedException {
        directory.members("acme", 20, "editor");
        CountDownLatch recalled = new CountDownLatch(1);
        FactExchange exchange = new FactExchange() {
            @Override
            public Map<String, FactHistory> recall(Collection<String> facts) {
                if (facts.stream().anyMatch(name -> name.contains("user-7"))) {
                    recalled.countDown();
                    awaitUninterrupted(open);
                }
                return Map.of();
            }
        };
        try (PermissionCache sharing =
                new PermissionCache("logto", directory, steady, CacheSettings.DEFAULT, exchange)) {
            for (int i = 0; i < 3; i++) {
                sharing.get(key("user-" + i), fresh(), BOTH);
            }
            while (sharing.active() > 0) {
                TimeUnit.MILLISECONDS.sleep(1);
            }
            assertThat(directory.calls("members")).isPositive();

            sharing.refresh(key("user-7"), fresh());

            recalled.await();
            open.countDown();
        }
    }

    /** No request follows, only the next refresh of an open stream. */
    @Test
    void refreshWhenTheWorkIsRefusedOnceThenTheNextRefreshContinuesTheHistory() throws InterruptedException {
        directory.members("acme", 20, "editor");
        CountDownLatch recalled = new CountDownLatch(1);
        FactExchange exchange = new FactExchange() {
            @Override
            public Map<String, FactHistory> recall(Collection<String> facts) {
                if (facts.stream().anyMatch(name -> name.contains("user-7"))) {
                    recalled.countDown();
                }
                return Map.of();
            }
        };
        AtomicBoolean isFull = new AtomicBoolean(true);
        ReadExecutor busy = new ForwardingExecutor(new ThreadPoolReadExecutor()) {
            @Override
            public boolean soon(Runnable work) {
                return !isFull.get() && super.soon(work);
            }
        };
        try (PermissionCache sharing =
                new PermissionCache("Test", directory, steady, CacheSettings.DEFAULT, exchange, busy, new Sweeps())) {
            for (int i = 0; i < 3; i++) {
                sharing.get(key("user-" + i), fresh(), BOTH);
            }
            while (sharing.active() > 0) {
                TimeUnit.MILLISECONDS.sleep(1);
            }
            sharing.refresh(key("user-7"), fresh());
            assertThat(recalled.getCount()).isEqualTo(1);
            isFull.set(false);

            sharing.refresh(key("user-7"), fresh());

            recalled.await();
        }
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static class ForwardingExecutor implements ReadExecutor {

        private final ReadExecutor to;

        ForwardingExecutor(ReadExecutor to) {
            this.to = to;
        }

        @Override
        public void foreground(Flight<?> flight) {
            to.foreground(flight);
        }

        @Override
        public void background(Flight<?> flight) {
            to.background(flight);
        }

        @Override
        public boolean soon(Runnable work) {
            return to.soon(work);
        }

        @Override
        public boolean isNext(long readAt) {
            return to.isNext(readAt);
        }

        @Override
        public int foreground() {
            return to.foreground();
        }

        @Override
        public int waiting() {
            return to.waiting();
        }

        @Override
        public void await(java.util.concurrent.CompletableFuture<?> result, long nanos)
                throws InterruptedException, java.util.concurrent.TimeoutException {
            to.await(result, nanos);
        }

        @Override
        public void close() {
            to.close();
        }
    }
}

package io.scopeguard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import com.sun.management.ThreadMXBean;
import io.scopeguard.organization.RequestedOrganization;
import io.scopeguard.permission.CacheSettings;
import io.scopeguard.permission.PermissionCache;
import io.scopeguard.permission.fact.FactExchange;
import io.scopeguard.provider.PermissionChange;
import io.scopeguard.provider.ProviderClock;
import io.scopeguard.provider.Standing;
import io.scopeguard.role.Roles;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.ScopeRequirement;
import io.scopeguard.scope.Scopes;
import io.scopeguard.scope.WhenUnknown;
import io.scopeguard.testing.InMemoryTenant;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.testing.TestTokens;
import io.scopeguard.time.SteadyClock;
import io.scopeguard.token.AccessToken;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Without an open access, neither a request nor a change does anything for watches. */
class IdleWatchesTests {

    private static final CacheSettings SETTINGS = new CacheSettings(
            Duration.ofSeconds(30), Duration.ofMinutes(5), Duration.ofSeconds(60), 1_000, Duration.ofHours(24));
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final AccessRequest READING = new AccessRequest(
            RequestedOrganization.named("acme"), ScopeRequirement.allOf(Audience.ORGANIZATION, Scopes.of("read")));

    private final MovableClock clock = MovableClock.atNoon();
    private final TestTokens tokens = new TestTokens(clock);
    private final InMemoryTenant tenant = new InMemoryTenant();
    private final PermissionCache cache =
            new PermissionCache("Test", tenant, clock.steady(), SETTINGS, FactExchange.NONE);
    private final ProviderGuard provider =
            WatchedProvider.of(Mode.ENFORCE, tokens, cache, SETTINGS, clock.steady(), 1_000);
    private final ScopeGuard guard = new ScopeGuard(provider);
    private final Watches watches = provider.watches();
    private final Queue<WatchEnd> ends = new ConcurrentLinkedQueue<>();

    @AfterEach
    void close() {
        guard.close();
        cache.close();
        tokens.close();
    }

    @Test
    void openWhenNoThreadCanBeStartedThenNothingIsLeft() {
        SteadyClock steady = clock.steady();
        AtomicBoolean isFailing = new AtomicBoolean(true);
        ScopeGuardSettings settings =
                new ScopeGuardSettings(Mode.ENFORCE, SETTINGS.maxAge(), SETTINGS.maxStale(), WhenUnknown.TRUST_TOKEN);
        RereadPolicy rereads = new RereadPolicy(new ProviderClock(steady), Duration.ZERO);
        WatchJudge judge = new WatchJudge(settings, Roles::none, cache, rereads, steady);
        Decision granted = guard.authorize(user("alice"), READING);
        try (Watches frail = new Watches(judge, tokens.verifier(), steady, 1, SETTINGS.maxAge(), work -> {
            if (isFailing.getAndSet(false)) {
                throw new OutOfMemoryError("unable to create native thread");
            }
            return WatchThread.daemon(work);
        })) {
            assertThatExceptionOfType(OutOfMemoryError.class).isThrownBy(() -> open(frail, granted));
            assertThat(frail.open()).isZero();
            assertThat(frail.isForgotten()).isTrue();

            // There is space for one.
            open(frail, granted).close();
            assertThat(frail.open()).isZero();
        }
    }

    private Watch open(Watches frail, Decision granted) {
        return frail.open(granted, (token, request, mayWait) -> granted, ends::add);
    }

    @Test
    void changeWhenNothingWasOpenedThenNothingIsDone() {
        AccessToken alice = user("alice");
        assertThat(guard.authorize(alice, READING).isGranted()).isTrue();
        tenant.grant(alice);
        guard.apply(new PermissionChange.OfSubject(alice.subject()));
        clock.advanceSeconds(31);

        await().atMost(PATIENCE).until(() -> {
            clock.advanceSeconds(7);
            return !guard.authorize(alice, READING).isGranted();
        });

        assertThat(watches.isIdle()).isTrue();
        assertThat(watches.hasWorked()).isFalse();
    }

    @Test
    void changeWhenNothingIsOpenThenNothingIsAllocated() {
        AccessToken alice = user("alice");
        PermissionChange change = new PermissionChange.OfSubject(alice.subject());
        ThreadMXBean thread = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        int changes = 10_000;
        change(alice, change);
        long before = thread.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < changes; i++) {
            change(alice, change);
        }
        long allocated = thread.getCurrentThreadAllocatedBytes() - before;
        // The measurement itself may allocate.
        assertThat(allocated).isLessThan(changes);
    }

    private void change(AccessToken token, PermissionChange change) {
        watches.read(token.subject());
        watches.readForAll();
        watches.reported(change);
    }

    /** One access ends by a loss, and two are closed, one of them while the provider is down. */
    @Test
    void closeWhenItWasTheLastThenNothingIsLeftAndNothingIsReadAgain() {
        AccessToken alice = user("alice");
        AccessToken bob = user("bob");
        AccessToken carol = user("carol");
        open(alice);
        Watch ofBob = open(bob);
        Watch ofCarol = open(carol);
        tenant.stands(alice, Standing.SUSPENDED);
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(5)).until(() -> {
            pass(Duration.ofSeconds(7));
            return !ends.isEmpty();
        });
        ofBob.close();
        tenant.down(true);
        tenant.grant(carol);
        for (int i = 0; i < 100; i++) {
            pass(Duration.ofSeconds(7));
        }
        assertThat(watches.hasWorked()).isTrue();
        assertThat(watches.isIdle()).isFalse();

        ofCarol.close();

        await().atMost(PATIENCE).until(watches::isIdle);
        tenant.down(false);
        int fetches = tenant.fetches();
        for (int i = 0; i < 100; i++) {
            pass(Duration.ofSeconds(7));
        }
        assertThat(tenant.fetches()).isEqualTo(fetches);
        assertThat(ends).hasSize(1);
    }

    private AccessToken user(String id) {
        AccessToken token =
                tokens.organization("acme").subject(id).scopes("read").verified();
        tenant.grant(token, "read");
        return token;
    }

    private Watch open(AccessToken token) {
        return guard.watch(guard.authorize(token, READING), ends::add);
    }

    /** Time passes, and the reads that the watches cause end. */
    private void pass(Duration time) {
        clock.advance(time);
        watches.tick();
        while (cache.active() > 0) {
            LockSupport.parkNanos(50_000);
        }
    }
}

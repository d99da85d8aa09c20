package io.scopeguard;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.organization.RequestedOrganization;
import io.scopeguard.permission.CacheSettings;
import io.scopeguard.permission.PermissionCache;
import io.scopeguard.permission.fact.FactExchange;
import io.scopeguard.provider.ProviderClock;
import io.scopeguard.provider.ScopeCatalogue;
import io.scopeguard.provider.Standing;
import io.scopeguard.remedy.Remedy;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.ScopeRequirement;
import io.scopeguard.scope.Scopes;
import io.scopeguard.scope.WhenUnknown;
import io.scopeguard.testing.InMemoryTenant;
import io.scopeguard.testing.Loopback;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.testing.TestTokens;
import io.scopeguard.time.SteadyClock;
import io.scopeguard.token.AccessToken;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Live permissions that contradict a token: which reads may do that, who waits for them, and what holds if they fail. */
class ContradictedTokenTests {

    private static final CacheSettings SETTINGS = new CacheSettings(
            Duration.ofSeconds(30), Duration.ofMinutes(5), Loopback.PATIENCE, 1_000, Duration.ofHours(1));
    private static final MovableClock clock = MovableClock.atNoon();
    private static final TestTokens tokens = new TestTokens(clock);

    private final InMemoryTenant tenant = new InMemoryTenant();
    private final SteadyClock steady = atNoon();
    private final ProviderClock provider = new ProviderClock(steady);
    private final ScopeCatalogue catalogue = new ScopeCatalogue(provider);
    private final PermissionCache cache = new PermissionCache("Test", tenant, steady, SETTINGS, FactExchange.NONE);
    private final ScopeGuard guard = guard(WhenUnknown.TRUST_TOKEN);
    private final List<Thread> workers = new CopyOnWriteArrayList<>();
    private final ExecutorService requests = Executors.newCachedThreadPool(this::worker);

    private static SteadyClock atNoon() {
        clock.set(MovableClock.NOON);
        return clock.steady();
    }

    private Thread worker(Runnable work) {
        Thread thread = new Thread(work);
        workers.add(thread);
        return thread;
    }

    @AfterEach
    void close() {
        requests.shutdownNow();
        cache.close();
    }

    @AfterAll
    static void stop() {
        tokens.close();
    }

    // Believed losses

    /** After a freeze, the provider's clock may have changed, so the order of earlier times is unknown. */
    @Test
    void authorizeWhenTheProcessWasFrozenAfterALossThenItStillBindsInAnOutage() {
        AccessToken token = lost("delete");
        tenant.down(true);
        clock.step(Duration.ofMinutes(1));

        assertThat(denial(token, in("delete"))).isEqualTo(Denial.INSUFFICIENT_SCOPE);
        assertThat(denial(token, in("read"))).isNull();
    }

    @Test
    void authorizeWhenTheProcessWasFrozenAfterALossOfStandingThenItStillBindsInAnOutage() {
        AccessToken token = tokens.organization("acme").scopes("read").verified();
        tenant.grant(token, "read");
        assertThat(denial(token, in("read"))).isNull();
        tenant.stands(token, Standing.SUSPENDED);
        clock.advanceSeconds(31);
        assertThat(denialAfterReads(token, in("read"))).isEqualTo(Denial.SUBJECT_INACTIVE);
        tenant.down(true);
        clock.step(Duration.ofMinutes(1));

        assertThat(denial(token, in("read"))).isEqualTo(Denial.SUBJECT_INACTIVE);
    }

    /** The read that shows the loss begins in the second in which the token was issued. */
    @Test
    void authorizeWhenTheOrderOfTokenAndLossIsUndecidedThenTheLossBindsInAnOutage() {
        AccessToken before =
                tokens.organization("acme").scopes("read", "delete").verified();
        tenant.grant(before, "read", "delete");
        assertThat(denial(before, in("read"))).isNull();
        clock.advanceSeconds(40);
        AccessToken token = tokens.organization("acme").scopes("read", "delete").verified();
        tenant.grant(before, "read");
        clock.advance(Duration.ofMillis(500));
        assertThat(denialAfterReads(before, in("delete"))).isEqualTo(Denial.INSUFFICIENT_SCOPE);
        tenant.down(true);
        clock.advanceSeconds(2);

        assertThat(denial(token, in("delete"))).isEqualTo(Denial.INSUFFICIENT_SCOPE);
    }

    /** A scope that no read ever showed may have been gained after the read. */
    @Test
    void authorizeWhenTheScopeWasNeverSeenAndTheOrderIsUnknownThenTheTokenDecides() {
        AccessToken before = tokens.organization("acme").scopes("read").verified();
        tenant.grant(before, "read");
        assertThat(denial(before, in("read"))).isNull();
        clock.advanceSeconds(5);
        AccessToken token = tokens.organization("acme").scopes("read", "delete").verified();
        tenant.down(true);
        clock.step(Duration.ofMinutes(1));

        assertThat(denial(token, in("delete"))).isNull();
    }

    @Test
    void authorizeWhenTheTokenIsCertainlyNewerThanTheLossThenItDecidesInAnOutage() {
        AccessToken unused = lost("delete");
        tenant.down(true);
        clock.advanceSeconds(10);
        AccessToken newer = tokens.organization("acme").scopes("read", "delete").verified();

        assertThat(denial(newer, in("delete"))).isNull();
    }

    // Reads before a denial

    /** Two devices of a user get new tokens at about the same time. */
    @Test
    void authorizeWhenAReadIsInFlightThatIsTooOldForAnotherTokenThenItsDenialWaitsForTheNextRead() throws Exception {
        AccessToken first = tokens.organization("acme").scopes("read", "old").verified();
        tenant.grant(first, "read");
        assertThat(denial(first, in("read"))).isNull();
        clock.advanceSeconds(10);
        tenant.grant(first, "read", "write");
        AccessToken one = tokens.organization("acme").scopes("read", "write").verified();
        CountDownLatch reading = new CountDownLatch(1);
        CountDownLatch answering = new CountDownLatch(1);
        tenant.beforeReads(subject -> {
            reading.countDown();
            awaits(answering);
        });

        Future<@Nullable Denial> ofOne = requests.submit(() -> denial(one, in("write")));
        awaits(reading);
        clock.advance(Duration.ofMillis(20));
        AccessToken other = tokens.organization("acme").scopes("read", "write").verified();
        Future<@Nullable Denial> ofOther = requests.submit(() -> denial(other, in("write")));
        answering.countDown();
        assertThat(get(ofOne)).isNull();
        clock.advanceSeconds(1);

        assertThat(get(ofOther)).isNull();
    }

    @Test
    void authorizeWhenManyNewTokensComeThenOneReadASecondServesThem() throws Exception {
        AccessToken first = tokens.organization("acme").scopes("read").verified();
        tenant.grant(first, "read");
        assertThat(denial(first, in("read"))).isNull();
        clock.advanceSeconds(2);
        assertThat(denial(tokens.organization("acme").scopes("read", "x").verified(), in("x")))
                .isEqualTo(Denial.INSUFFICIENT_SCOPE);
        int fetches = tenant.fetches();

        List<Future<@Nullable Denial>> denials = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            clock.advance(Duration.ofMillis(10));
            AccessToken token = tokens.organization("acme").scopes("read", "x").verified();
            denials.add(requests.submit(() -> denial(token, in("x"))));
        }
        waitFor(() -> workers.stream().allMatch(thread -> thread.getState() == Thread.State.TIMED_WAITING));
        clock.advanceSeconds(1);

        for (Future<@Nullable Denial> each : denials) {
            assertThat(get(each)).isEqualTo(Denial.INSUFFICIENT_SCOPE);
        }
        assertThat(tenant.fetches()).isBetween(fetches + 1, fetches + 2);
    }

    /** The second organization's read has to wait for its turn, and the one after it is too far away. */
    @Test
    void authorizeWhenTheSubjectIsReadElsewhereThenTheOldReadDoesNotDenyANewerToken() {
        AccessToken acme = tokens.organization("acme").scopes("read", "old").verified();
        AccessToken globex = tokens.organization("globex").scopes("read", "old").verified();
        AccessToken initech =
                tokens.organization("initech").scopes("read", "old").verified();
        tenant.grant(acme, "read").grant(globex, "read").grant(initech, "read");
        assertThat(denial(acme, in("read"))).isNull();
        assertThat(denial(globex, in("globex", "read"))).isNull();
        assertThat(denial(initech, in("initech", "read"))).isNull();
        clock.advanceSeconds(2);
        List<AccessToken> newer = new ArrayList<>();
        for (AccessToken old : List.of(acme, globex, initech)) {
            tenant.grant(old, "read", "write");
            newer.add(tokens.organization(String.valueOf(old.organization()))
                    .scopes("read", "write")
                    .verified());
        }
        assertThat(denial(newer.get(0), in("write"))).isNull();

        Future<@Nullable Denial> planned = requests.submit(() -> denial(newer.get(1), in("globex", "write")));
        Future<@Nullable Denial> tooFar = requests.submit(() -> denial(newer.get(2), in("initech", "write")));
        clock.advanceSeconds(1);

        assertThat(get(planned)).isNull();
        assertThat(get(tooFar)).isNull();
    }

    // Grants do not wait

    @Test
    void authorizeWhenGrantedByAnOlderReadThenNoHintUntilTheBackgroundReadHasEnded() throws Exception {
        AccessToken old = tokens.organization("acme").scopes("read", "old").verified();
        tenant.grant(old, "read");
        assertThat(denial(old, in("read"))).isNull();
        clock.advanceSeconds(10);
        AccessToken token = tokens.organization("acme").scopes("read", "gone").verified();
        CountDownLatch answering = new CountDownLatch(1);
        tenant.beforeReads(subject -> awaits(answering));

        Decision first = guard.authorize(token, in("read"));
        assertThat(first.isGranted()).isTrue();
        assertThat(first.drift().isEmpty()).isTrue();
        assertThat(first.advice().remedy()).isEqualTo(Remedy.NONE);

        answering.countDown();
        waitFor(() -> !guard.authorize(token, in("read")).drift().isEmpty());
        assertThat(guard.authorize(token, in("read")).drift().demoted()).isEqualTo(Scopes.of("gone"));
    }

    // Bounds

    /** A maximum age above max-stale does not lengthen the time for which a young token counts as a read. */
    @Test
    void authorizeWhenTheRequirementAcceptsMoreThanMaxStaleThenAYoungTokenIsReadAfterMaxStale() {
        provider.answered(httpDate(), steady.nanos(), steady.nanos());
        AccessToken token = tokens.organization("acme").scopes("read").verified();
        tenant.grant(token);
        clock.advance(Duration.ofMinutes(6));
        provider.answered(httpDate(), steady.nanos(), steady.nanos());

        assertThat(denial(token, in("acme", Duration.ofMinutes(15), "read"))).isEqualTo(Denial.INSUFFICIENT_SCOPE);
    }

    @Test
    void authorizeWhenARoleLostAScopeAfterTheYoungTokenWasIssuedThenRead() {
        AccessToken other =
                tokens.organization("globex").scopes("read", "delete").verified();
        tenant.grant(other, "read", "delete");
        provider.answered(httpDate(), steady.nanos(), steady.nanos());
        assertThat(guard.authorize(other, in("globex", Duration.ZERO, "read")).live())
                .isNotNull();
        clock.advanceSeconds(40);
        provider.answered(httpDate(), steady.nanos(), steady.nanos());
        AccessToken token = tokens.organization("acme").scopes("read", "delete").verified();
        tenant.grant(token, "read", "delete").undefine(Audience.ORGANIZATION, "delete");
        clock.advanceSeconds(5);
        assertThat(denialAfterReads(other, in("globex", Duration.ZERO, "delete")))
                .isEqualTo(Denial.INSUFFICIENT_SCOPE);

        assertThat(denial(token, in("delete"))).isEqualTo(Denial.INSUFFICIENT_SCOPE);
    }

    /** Many accounts are suspended at once, which must last for a minute to be believed. */
    @Test
    void authorizeWhenALossIsDoubtedThenARequirementWithItsOwnMaximumAgeIsUnavailable() {
        List<AccessToken> users = new ArrayList<>();
        AccessRequest fresh = ofApi(Duration.ZERO);
        for (int i = 0; i < 30; i++) {
            AccessToken user =
                    tokens.resource().subject("user-" + i).scopes("read").verified();
            tenant.grant(user, "read");
            users.add(user);
            assertThat(denial(user, fresh)).isNull();
        }
        clock.advanceSeconds(5);
        users.forEach(user -> tenant.stands(user, Standing.SUSPENDED));

        users.subList(0, 19).forEach(user -> assertThat(denial(user, fresh)).isEqualTo(Denial.SUBJECT_INACTIVE));
        AccessToken doubted = users.get(29);
        assertThat(denial(doubted, fresh)).isEqualTo(Denial.PERMISSIONS_UNAVAILABLE);
        assertThat(denial(doubted, ofApi(Duration.ofMinutes(2)))).isNull();
    }

    // Inspection

    /** A consent hint is given once, so an inspection must not use it up. */
    @Test
    void inspectWhenAScopeIsNewThenTheClientIsStillAsked() {
        catalogue.learn(Audience.ORGANIZATION, Map.of("read", listing("1")), steady.nanos());
        AccessToken token = tokens.organization("acme").scopes("read").verified();
        clock.advanceSeconds(60);
        catalogue.learn(Audience.ORGANIZATION, Map.of("read", listing("1"), "export", listing("2")), steady.nanos());
        tenant.grant(token, "read", "export");

        for (int i = 0; i < 5; i++) {
            assertThat(guard.inspect(token).advice().remedy()).isEqualTo(Remedy.RECONSENT);
            clock.advanceSeconds(31);
        }
        assertThat(guard.asks()).isEmpty();
        assertThat(guard.authorize(token, in("read")).advice().remedy()).isEqualTo(Remedy.RECONSENT);
        assertThat(guard.asks()).isNotEmpty();
    }

    private static ScopeCatalogue.Listing listing(String id) {
        return new ScopeCatalogue.Listing(id, null);
    }

    /** A token whose scope was seen and then lost. */
    private AccessToken lost(String scope) {
        AccessToken token = tokens.organization("acme").scopes("read", scope).verified();
        tenant.grant(token, "read", scope);
        assertThat(denial(token, in(scope))).isNull();
        tenant.grant(token, "read");
        clock.advanceSeconds(40);
        assertThat(denialAfterReads(token, in(scope))).isEqualTo(Denial.INSUFFICIENT_SCOPE);
        return token;
    }

    /** The denial after the reads in the background have ended. */
    private @Nullable Denial denialAfterReads(AccessToken token, AccessRequest request) {
        waitFor(() -> denial(token, request) != null);
        return denial(token, request);
    }

    private static void waitFor(BooleanSupplier condition) {
        long deadline = System.nanoTime() + Loopback.PATIENCE.toNanos();
        while (!condition.getAsBoolean() && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
    }

    private @Nullable Denial denial(AccessToken token, AccessRequest request) {
        return guard.authorize(token, request).denial();
    }

    private static <T> T get(Future<T> future) {
        try {
            return future.get(Loopback.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static void awaits(CountDownLatch latch) {
        try {
            if (!latch.await(Loopback.PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError("timed out");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String httpDate() {
        return DateTimeFormatter.RFC_1123_DATE_TIME.format(clock.instant().atOffset(ZoneOffset.UTC));
    }

    private ScopeGuard guard(WhenUnknown policy) {
        return TestGuards.of(tokens, cache, catalogue, provider, Mode.ENFORCE, policy);
    }

    private static AccessRequest ofApi(Duration maxAge) {
        return new AccessRequest(
                RequestedOrganization.NONE,
                ScopeRequirement.allOf(TestTokens.API, Scopes.of("read")).withMaxAge(maxAge));
    }

    private static AccessRequest in(String scope) {
        return in("acme", scope);
    }

    private static AccessRequest in(String organization, String scope) {
        return new AccessRequest(
                RequestedOrganization.named(organization),
                ScopeRequirement.allOf(Audience.ORGANIZATION, Scopes.of(scope)));
    }

    private static AccessRequest in(String organization, Duration maxAge, String scope) {
        return new AccessRequest(
                RequestedOrganization.named(organization),
                ScopeRequirement.allOf(Audience.ORGANIZATION, Scopes.of(scope)).withMaxAge(maxAge));
    }
}

package io.scopeguard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.scopeguard.WatchEnd.Reason;
import io.scopeguard.organization.RequestedOrganization;
import io.scopeguard.permission.CacheSettings;
import io.scopeguard.permission.PermissionCache;
import io.scopeguard.permission.fact.FactExchange;
import io.scopeguard.provider.Standing;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.ScopeRequirement;
import io.scopeguard.scope.Scopes;
import io.scopeguard.testing.InMemoryTenant;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.testing.TestTokens;
import io.scopeguard.time.SteadyClock;
import io.scopeguard.token.AccessToken;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Open accesses over many hours of the test's clock: renewals, outages, demotions, promotions, suspensions and departures in random
 * order, compared with a model. {@code -Dwatch.soak.steps=100000} makes a long run; each step takes seven seconds of the test's
 * clock.
 */
@Timeout(3_600)
class WatchSoakTests {

    private static final int USERS = 60;
    private static final int STEPS = Integer.getInteger("watch.soak.steps", 600);
    private static final long SEED = Long.getLong("watch.soak.seed", 1);
    private static final Duration STEP = Duration.ofSeconds(7);
    private static final Duration RENEWED_AFTER = Duration.ofMinutes(50);
    private static final Duration CLOCK_SKEW = Duration.ofSeconds(60);
    /** Longer than max-age and than the pause before an implausible loss is believed. */
    private static final int LAST_STEPS = 40;

    private static final CacheSettings SETTINGS = new CacheSettings(
            Duration.ofSeconds(30), Duration.ofMinutes(5), Duration.ofMinutes(3), 100_000, Duration.ofHours(24));
    private static final AccessRequest READING = new AccessRequest(
            RequestedOrganization.named("acme"), ScopeRequirement.allOf(Audience.ORGANIZATION, Scopes.of("read")));

    private final MovableClock clock = MovableClock.atNoon();
    private final SteadyClock steady = clock.steady();
    private final InMemoryTenant tenant = new InMemoryTenant();
    private final Random random = new Random(SEED);
    private final List<User> users = new ArrayList<>();
    private final Queue<String> wrong = new ConcurrentLinkedQueue<>();
    private final AtomicLong losses = new AtomicLong();
    private final AtomicLong expiries = new AtomicLong();
    private int renewals;

    @Test
    void watchesEndIfAndOnlyIfTheirRightEnds() {
        try (TestTokens tokens = new TestTokens(clock);
                PermissionCache cache = new PermissionCache("Test", tenant, steady, SETTINGS, FactExchange.NONE)) {
            ProviderGuard provider = WatchedProvider.of(Mode.ENFORCE, tokens, cache, SETTINGS, steady, USERS);
            try (ScopeGuard guard = new ScopeGuard(provider)) {
                for (int i = 0; i < USERS; i++) {
                    users.add(new User("user-" + i, i % 4 != 0, tokens, guard));
                }
                for (int step = 0; step < STEPS; step++) {
                    change(step);
                    users.forEach(User::goOn);
                    pass(provider, cache);
                }
                tenant.down(false);
                for (int step = 0; step < LAST_STEPS; step++) {
                    pass(provider, cache);
                }
                // Waits for the thread of the watches. No time passes meanwhile.
                await().atMost(Duration.ofMinutes(3)).untilAsserted(() -> {
                    provider.watches().tick();
                    assertThat(users).noneMatch(User::isOverdue);
                });
                users.forEach(User::close);
                assertThat(provider.watches().isForgotten()).isTrue();
            }
        }
        System.out.printf(
                "%d watches ended by a loss, %d by expiry, %d renewals, %d wrong ends%n",
                losses.get(), expiries.get(), renewals, wrong.size());
        assertThat(wrong).isEmpty();
        assertThat(losses).hasPositiveValue();
        assertThat(expiries).hasPositiveValue();
        assertThat(renewals).isPositive();
    }

    /** One user at a time, so that losses of standing are believed without a pause. Outages last up to half an hour. */
    private void change(int step) {
        tenant.down(step % 400 >= 100 && step % 400 < 100 + step / 400 % 5 * 60 + 20);
        User user = users.get(random.nextInt(USERS));
        switch (random.nextInt(40)) {
            case 0 -> user.demoted();
            case 1 -> user.stands(Standing.SUSPENDED);
            case 2 -> user.stands(Standing.NOT_A_MEMBER);
            case 3, 4, 5, 6, 7, 8 -> user.granted();
            default -> {}
        }
    }

    /** Time passes for the watches, and the reads that they cause end. */
    private void pass(ProviderGuard provider, PermissionCache cache) {
        clock.advance(STEP);
        provider.watches().tick();
        while (cache.active() > 0) {
            LockSupport.parkNanos(50_000);
        }
    }

    /** The state of a user at the provider, and the user's open stream. */
    private final class User {

        private final String id;
        private final boolean isRenewing;
        private final TestTokens tokens;
        private final ScopeGuard guard;
        private boolean isHolding;
        private @Nullable Stream stream;

        User(String id, boolean isRenewing, TestTokens tokens, ScopeGuard guard) {
            this.id = id;
            this.isRenewing = isRenewing;
            this.tokens = tokens;
            this.guard = guard;
            granted();
        }

        private AccessToken token() {
            return tokens.organization("acme")
                    .subject(id)
                    .scopes("read", "write")
                    .verified();
        }

        private void granted() {
            tenant.grant(token(), "read", "write");
            isHolding = true;
        }

        private void demoted() {
            lost();
            tenant.grant(token(), "write");
        }

        private void stands(Standing standing) {
            lost();
            tenant.stands(token(), standing);
        }

        private void lost() {
            isHolding = false;
            if (stream != null) {
                stream.hasLost = true;
            }
        }

        /** Opens a stream, or renews its token. */
        private void goOn() {
            Stream known = stream;
            if (known == null || known.hasEnded) {
                stream = isHolding ? opened() : null;
            } else if (isRenewing
                    && clock.instant().isAfter(known.token.issuedAt().plus(RENEWED_AFTER))) {
                known.renew(token());
            }
        }

        private @Nullable Stream opened() {
            AccessToken token = token();
            Decision decision = guard.authorize(token, READING);
            if (!decision.isGranted()) {
                return null;
            }
            Stream opened = new Stream(token);
            opened.watch = guard.watch(decision, opened::ended);
            return opened;
        }

        /** Whether the stream stays open although its right is gone. */
        private boolean isOverdue() {
            return !isHolding && stream != null && !stream.hasEnded;
        }

        private void close() {
            if (stream != null && stream.watch != null) {
                stream.watch.close();
            }
        }
    }

    private final class Stream {

        private volatile AccessToken token;
        private volatile boolean hasLost;
        private volatile boolean hasEnded;
        private @Nullable Watch watch;

        Stream(AccessToken token) {
            this.token = token;
        }

        private void renew(AccessToken newer) {
            if (watch != null && watch.renew(newer).isGranted()) {
                token = newer;
                renewals++;
            }
        }

        private void ended(WatchEnd end) {
            Instant now = clock.instant();
            boolean isExpiry = end.reason() == Reason.EXPIRED;
            boolean isRight = isExpiry ? !now.isBefore(end.token().expiresAt().plus(CLOCK_SKEW)) : hasLost;
            if (!isRight || hasEnded) {
                wrong.add(token.subject().id() + " " + end.reason() + " at " + now + ", seed " + SEED);
            }
            (isExpiry ? expiries : losses).incrementAndGet();
            hasEnded = true;
        }
    }
}

package io.scopeguard.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyRevocation;
import com.nimbusds.jose.jwk.KeyType;
import com.nimbusds.jose.jwk.RSAKey;
import io.scopeguard.testing.LogEvents;
import io.scopeguard.testing.Loopback;
import io.scopeguard.testing.TestTokens;
import io.scopeguard.testing.Trickle;
import io.scopeguard.time.SteadyClock;
import io.scopeguard.token.KeyListener.Outcome;
import java.security.ProviderException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** The waits for keys, their time limits, and the reports to operators. The clock is moved; the test decides when a fetch ends. */
class KeyOutageTests {

    private static final ECKey first = TestTokens.newKey("first");
    private static final ECKey second = TestTokens.newKey("second");

    /** Ends a fetch that would never end. A good answer may take longer on a busy machine: the test tries again. */
    private static final Duration SHORT = Duration.ofMillis(500);

    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);
    private final AtomicLong freezes = new AtomicLong();
    private final Deque<CompletableFuture<PublishedKeys>> fetches = new ArrayDeque<>();
    private final Deque<Runnable> later = new ArrayDeque<>();
    private final SigningKeys keys =
            new SigningKeys(this::fetch, Loopback.PATIENCE, nanos::get, freezes::get, later::add);

    // Waiting requests

    @Test
    void longestWaitWhenOnlyTheFetchAtStartUpFailedThenNotShortened() {
        keys.renewIfDue();
        fail();
        assertThat(keys.longestWait()).isEqualTo(Loopback.PATIENCE.multipliedBy(3));

        fetchesFail = true;
        assertUnavailable("first");

        assertThat(keys.longestWait()).isEqualTo(Loopback.PATIENCE.dividedBy(3));
    }

    @Test
    void longestWaitWhenARenewalFailedThenShortened() {
        learn();
        advance(SigningKeys.RENEWED_AFTER);
        keys.renewIfDue();
        fail();

        assertThat(keys.longestWait()).isEqualTo(Loopback.PATIENCE.dividedBy(3));
    }

    /** The fetch that nobody waits for says nothing about the outage that requests have found. */
    @Test
    void longestWaitWhenAFetchInTheBackgroundFailsDuringAnOutageThenStillShortened() {
        fetchesFail = true;
        assertUnavailable("first");
        advance(SigningKeys.FETCH_INTERVAL);
        keys.renewIfDue();

        assertThat(started).isEqualTo(2);
        assertThat(keys.longestWait()).isEqualTo(Loopback.PATIENCE.dividedBy(3));
    }

    @Test
    void findWhenAFetchEndsUnexpectedlyThenTheNextFetchBegins() {
        VerificationKey known = learn();
        advance(SigningKeys.RENEWED_AFTER);
        keys.renewIfDue();
        JWK failing = new FailingKey(new OutOfMemoryError("Java heap space"));
        fetches.remove().complete(new PublishedKeys(List.of(failing), Map.of()));
        assertThat(found("first")).isSameAs(known);
        advance(SigningKeys.FETCH_INTERVAL);
        keys.renewIfDue();
        answer(second);

        assertThat(found("second")).isNotNull();
    }

    /** One key that the provider of cryptography does not take costs that key only. */
    @Test
    void findWhenAPublishedKeyCannotBePreparedThenOnlyThatKeyIsMissing() {
        JWK broken = new FailingKey(new ProviderException("not in FIPS mode"));
        keys.renewIfDue();
        fetches.remove().complete(new PublishedKeys(List.of(broken, first.toPublicJWK()), Map.of()));

        assertThat(found("first")).isNotNull();
    }

    /** A key that fails when it is prepared. */
    private static final class FailingKey extends JWK {

        private final transient Supplier<RuntimeException> failure;

        FailingKey(Throwable failure) {
            super(KeyType.RSA, null, null, null, "failing", null, null, null, null, null, null, null, null, null);
            this.failure = () -> {
                if (failure instanceof Error error) {
                    throw error;
                }
                return (RuntimeException) failure;
            };
        }

        @Override
        public RSAKey toRSAKey() {
            throw failure.get();
        }

        @Override
        public LinkedHashMap<String, ?> getRequiredParams() {
            return new LinkedHashMap<>();
        }

        @Override
        public boolean isPrivate() {
            return false;
        }

        @Override
        public JWK toPublicJWK() {
            return this;
        }

        @Override
        public JWK toRevokedJWK(KeyRevocation revocation) {
            return this;
        }

        @Override
        public int size() {
            return 0;
        }
    }

    @Test
    void findWhenRenewalNeverEndsThenAKnownKeyIsFoundWithoutWaiting() {
        VerificationKey known = learn();
        advance(SigningKeys.RENEWED_AFTER);

        for (int i = 0; i < 100; i++) {
            assertThat(found("first")).isSameAs(known);
            assertThat(keys.publishes(known)).isTrue();
            advance(Duration.ofSeconds(1));
        }

        // One fetch in progress is enough.
        assertThat(fetches).hasSize(1);
    }

    @Test
    void findWhenRenewalFailsAgainAndAgainThenAKnownKeyIsFoundForHours() {
        VerificationKey known = learn();

        advance(SigningKeys.RENEWED_AFTER);
        for (int i = 0; i < 23; i++) {
            assertThat(keys.publishes(known)).isTrue();
            fail();
            advance(Duration.ofMinutes(10));
        }
        assertThat(found("first")).isSameAs(known);
        fail();
        advance(Duration.ofMinutes(10));
        fetchesFail = true;
        assertUnavailable("first");
    }

    @Test
    void renewalWhenItSucceedsThenAWithdrawnKeyIsGone() {
        VerificationKey known = learn();
        advance(SigningKeys.RENEWED_AFTER);
        found("first");
        answer(second);

        assertThat(keys.publishes(known)).isFalse();
        assertThat(found("second")).isNotNull();
    }

    /** No background renewal ran meanwhile, so the first request waits for the keys instead of trusting old ones. */
    @Test
    void publishesWhenProcessWasFrozenThenAWithdrawnKeyIsGone() {
        VerificationKey known = learn();
        advance(Duration.ofHours(1));
        fetchesAre = new ECKey[] {second};

        assertThat(keys.publishes(known)).isFalse();
    }

    /** The freeze ends the fetch, which does not count as an outage. */
    @Test
    void publishesWhenProcessWasFrozenDuringARenewalThenAWithdrawnKeyIsGone() {
        VerificationKey known = learn();
        advance(SigningKeys.RENEWED_AFTER);
        assertThat(keys.publishes(known)).isTrue();
        assertThat(fetches).hasSize(1);
        advance(Duration.ofHours(1));
        freezes.incrementAndGet();
        fail();
        fetchesAre = new ECKey[] {second};

        assertThat(keys.publishes(known)).isFalse();
    }

    @Test
    void findWhenProcessWasFrozenAndTheEndpointFailsThenAKnownKeyIsFound() {
        VerificationKey known = learn();
        advance(Duration.ofHours(1));
        fetchesFail = true;

        assertThat(found("first")).isSameAs(known);
        assertThat(keys.publishes(known)).isTrue();
    }

    @Test
    void renewalWhenNobodyAsksThenDoneAllTheSame() {
        VerificationKey known = learn();
        advance(SigningKeys.RENEWED_AFTER.minusSeconds(1));
        minutePasses();
        assertThat(fetches).isEmpty();

        advance(Duration.ofSeconds(1));
        minutePasses();
        answer(second);

        assertThat(keys.publishes(known)).isFalse();
        assertThat(later).hasSize(1);
    }

    @Test
    void closeWhenClosedThenNoMoreRenewal() {
        learn();
        keys.close();
        advance(SigningKeys.RENEWED_AFTER);
        minutePasses();

        assertThat(fetches).isEmpty();
        assertThat(later).isEmpty();
    }

    @Test
    void findWhenAFetchNeverEndsThenTheWaitIsBounded() {
        SigningKeys hasty = new SigningKeys(this::fetch, Duration.ofMillis(30), nanos::get, freezes::get, later::add);

        assertThat(isUnavailable(hasty)).isTrue();
        assertThat(isUnavailable(hasty)).isTrue();
        assertThat(fetches).hasSize(1);
    }

    @Test
    void findWhenManyAskAtFirstThenTheyShareOneFetch() throws Exception {
        fetchesAre = null;
        ExecutorService requests = Executors.newFixedThreadPool(20);
        try {
            List<Future<VerificationKey>> all = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                all.add(requests.submit(() -> found("first")));
            }
            while (fetchCount() == 0) {
                Thread.onSpinWait();
            }
            answer(first);
            for (Future<VerificationKey> one : all) {
                assertThat(one.get(3, TimeUnit.MINUTES)).isNotNull();
            }
        } finally {
            requests.shutdownNow();
        }
        assertThat(started).isEqualTo(1);
    }

    // Recovery of keys

    @Test
    void findWhenAFetchFailedThenAnotherBeginsSecondsLater() {
        fetchesFail = true;
        assertUnavailable("first");
        assertUnavailable("first");
        assertUnavailable("first");
        assertThat(started).isEqualTo(2);

        advance(SigningKeys.PAUSE_AFTER_FAILURE);
        fetchesFail = false;
        fetchesAre = new ECKey[] {first};
        assertThat(found("first")).isNotNull();
        assertThat(started).isEqualTo(3);
    }

    @Test
    void unavailableWhenFetchesFailThenRetryAfterIsThatPause() {
        fetchesFail = true;

        assertThatExceptionOfType(KeysUnavailableException.class)
                .isThrownBy(() -> found("first"))
                .extracting(KeysUnavailableException::retryAfter)
                .isEqualTo(SigningKeys.PAUSE_AFTER_FAILURE);
    }

    @Test
    void findWhenAKeyIsRotatedInDuringAFetchThenItIsLookedForOnceMore() {
        learn();
        advance(SigningKeys.FETCH_INTERVAL);
        CompletableFuture<PublishedKeys> before = new CompletableFuture<>();
        next.add(before);
        next.add(published(first, second));
        advance(SigningKeys.RENEWED_AFTER);
        found("first");
        advance(Duration.ofSeconds(1));
        before.completeAsync(
                () -> published(first).join(), CompletableFuture.delayedExecutor(100, TimeUnit.MILLISECONDS));

        assertThat(found("second")).isNotNull();
    }

    @Test
    void findWhenAnIdIsUnknownThenNotFoundAtFirstAndUnavailableWithinTheInterval() {
        learn();
        fetchesAre = new ECKey[] {first};

        advance(Duration.ofMillis(1));
        assertThat(found("unknown-1")).isNull();
        advance(Duration.ofMillis(1));
        assertUnavailable("unknown-2");
        assertThat(started).isEqualTo(2);
        advance(SigningKeys.FETCH_INTERVAL);
        assertThat(found("unknown-2")).isNull();
    }

    @Test
    void findWhenFloodedWithUnknownIdsThenTwoFetchesAnInterval() {
        learn();
        fetchesAre = new ECKey[] {first};
        for (int i = 0; i < 600; i++) {
            advance(Duration.ofMillis(100));
            try {
                assertThat(found("unknown" + i)).isNull();
            } catch (KeysUnavailableException e) {
                assertThat(e.retryAfter()).isEqualTo(SigningKeys.FETCH_INTERVAL);
            }
        }

        assertThat(started).isBetween(6, 14);
        assertThat(found("first")).isNotNull();
    }

    @Test
    void findWhenTheEndpointThrowsThenUnavailable() {
        SigningKeys broken = new SigningKeys(
                () -> {
                    throw new IllegalArgumentException("no");
                },
                Loopback.PATIENCE,
                nanos::get,
                freezes::get,
                later::add);

        for (int i = 0; i < 2; i++) {
            assertThatExceptionOfType(KeysUnavailableException.class)
                    .isThrownBy(() -> broken.find("first", JWSAlgorithm.ES256));
        }
    }

    // On the wire

    @Test
    void verifyWhenTheEndpointTricklesAtFirstThenBoundedFetchAndRecovery() throws Exception {
        String set = new JWKSet(first.toPublicJWK()).toString();
        Queue<Outcome> outcomes = new ConcurrentLinkedQueue<>();
        try (Trickle endpoint = Trickle.start(set);
                SigningKeys real = new SigningKeys(
                        endpoint.uri("/jwks"), SHORT, (outcome, took) -> outcomes.add(outcome), SteadyClock.system());
                LogEvents events = LogEvents.capture()) {
            // The time for a fetch can be over before the endpoint sees it.
            repeat(() -> isUnavailable(real) && endpoint.requests() > 0);
            assertThat(endpoint.awaitHangUp()).as("the connection was given up").isTrue();

            endpoint.flow();
            repeat(() -> !isUnavailable(real));
            assertThat(real.find("first", JWSAlgorithm.ES256)).isNotNull();
            assertThat(outcomes).startsWith(Outcome.TIMEOUT).endsWith(Outcome.OK);
            assertThat(events.messages())
                    .filteredOn(
                            message -> message.contains(endpoint.uri("/jwks").toString()))
                    .containsExactly("WARN The signing keys cannot be fetched from " + endpoint.uri("/jwks")
                            + ": the response was incomplete after 500 ms");
        }
    }

    private static void repeat(BooleanSupplier until) throws InterruptedException {
        long deadline = System.nanoTime() + Loopback.PATIENCE.toNanos();
        while (!until.getAsBoolean() && System.nanoTime() < deadline) {
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    private static boolean isUnavailable(SigningKeys keys) {
        try {
            return keys.find("first", JWSAlgorithm.ES256) == null;
        } catch (KeysUnavailableException e) {
            return true;
        }
    }

    // The world

    private final Deque<CompletableFuture<PublishedKeys>> next = new ArrayDeque<>();
    private volatile boolean fetchesFail;
    private volatile ECKey[] fetchesAre;
    private volatile int started;

    private synchronized CompletableFuture<PublishedKeys> fetch() {
        started++;
        if (fetchesFail) {
            return CompletableFuture.failedFuture(new KeySetException(Outcome.REFUSED, "no"));
        }
        if (fetchesAre != null) {
            return published(fetchesAre);
        }
        CompletableFuture<PublishedKeys> fetch = next.isEmpty() ? new CompletableFuture<>() : next.remove();
        fetches.add(fetch);
        return fetch;
    }

    private synchronized int fetchCount() {
        return fetches.size();
    }

    private VerificationKey learn() {
        fetchesAre = new ECKey[] {first};
        VerificationKey key = found("first");
        fetchesAre = null;
        assertThat(key).isNotNull();
        return key;
    }

    private synchronized void answer(ECKey... published) {
        fetches.remove().complete(published(published).join());
    }

    private void fail() {
        fetches.remove().completeExceptionally(new KeySetException(Outcome.REFUSED, "no"));
    }

    private static CompletableFuture<PublishedKeys> published(ECKey... published) {
        List<JWK> publicKeys =
                List.of(published).stream().map(key -> (JWK) key.toPublicJWK()).toList();
        return CompletableFuture.completedFuture(new PublishedKeys(publicKeys, Map.of()));
    }

    private VerificationKey found(String id) {
        return keys.find(id, JWSAlgorithm.ES256);
    }

    private void assertUnavailable(String id) {
        assertThatExceptionOfType(KeysUnavailableException.class).isThrownBy(() -> found(id));
    }

    private void advance(Duration by) {
        nanos.addAndGet(by.toNanos());
    }

    private void minutePasses() {
        later.remove().run();
    }
}

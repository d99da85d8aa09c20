package io.scopeguard.logto;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import io.scopeguard.AccessRequest;
import io.scopeguard.Decision;
import io.scopeguard.Denial;
import io.scopeguard.Mode;
import io.scopeguard.ScopeGuard;
import io.scopeguard.ScopeGuardSettings;
import io.scopeguard.organization.RequestedOrganization;
import io.scopeguard.permission.CacheSettings;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.ScopeRequirement;
import io.scopeguard.scope.Scopes;
import io.scopeguard.scope.WhenUnknown;
import io.scopeguard.testing.FakeLogto;
import io.scopeguard.testing.Link;
import io.scopeguard.testing.Link.End;
import io.scopeguard.testing.Loopback;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.testing.TestTokens;
import io.scopeguard.time.SteadyClock;
import io.scopeguard.token.AccessToken;
import io.scopeguard.token.AccessTokenVerifier;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A process that was frozen, like a function between two invocations, or restored from a snapshot: its wall clock jumps, its
 * monotonic clock does not, and its connections have ended. The policy denies requests with unknown permissions.
 */
@Timeout(600)
class FrozenProcessTests {

    private static final Duration MAX_AGE = Duration.ofSeconds(30);
    private static final Duration MAX_STALE = Duration.ofMinutes(5);

    private final MovableClock clock = MovableClock.atNoon();
    private final SteadyClock steady = clock.steady();
    private final TestTokens tokens = new TestTokens(clock);
    private final FakeLogto tenant = new FakeLogto()
            .organizationRole("reader", "read:report")
            .organizationRole("admin", "read:report", "delete:report");
    private final Link link = new Link(tenant.tenant().endpoint());
    private final LogtoTenant linked = new LogtoTenant(link.uri());
    private final Logto logto = Logto.at(linked, "app", "secret")
            .callsPerSecond(10_000)
            .timeout(Loopback.PATIENCE)
            .steadyClock(steady)
            .build();
    private final AccessTokenVerifier verifier =
            AccessTokenVerifier.builder(logto, List.of()).steadyClock(steady).build();
    private final ScopeGuard guard = ScopeGuard.builder(logto)
            .verifier(verifier)
            .settings(new ScopeGuardSettings(Mode.ENFORCE, MAX_AGE, MAX_STALE, WhenUnknown.DENY))
            .cache(new CacheSettings(MAX_AGE, MAX_STALE, Loopback.PATIENCE, 100, Duration.ofHours(1)))
            .build();

    @BeforeEach
    void publish() {
        tenant.publish(new JWKSet(tokens.key()).toString(true)).member("acme", "alice", "admin");
    }

    @AfterEach
    void close() throws IOException {
        guard.close();
        verifier.close();
        link.close();
        tenant.close();
        tokens.close();
    }

    /** The facts are as old as the wall clock shows, so they are read again, with a new connection. */
    @ParameterizedTest
    @EnumSource
    void authorizeWhenThawedThenAnsweredByWhatIsReadAnew(End how) throws IOException {
        AccessToken token = guard.verify(token(tokens.key()));
        assertThat(delete(token).isGranted()).isTrue();
        tenant.member("acme", "alice", "reader");

        assertThat(link.end(how)).isPositive();
        clock.step(Duration.ofMinutes(20));

        assertThat(delete(token).denial()).isEqualTo(Denial.INSUFFICIENT_SCOPE);
    }

    /** The answer to a read is lost, and no request waits for it. */
    @Test
    void authorizeWhenFrozenDuringAReadThenTheReadIsMadeAnew() throws Exception {
        AccessToken token = guard.verify(token(tokens.key()));
        assertThat(delete(token).isGranted()).isTrue();
        CountDownLatch reading = new CountDownLatch(1);
        CountDownLatch answered = new CountDownLatch(1);
        tenant.onRequest(path -> {
            reading.countDown();
            await(answered);
        });
        clock.advance(Duration.ofMinutes(1));
        CompletableFuture<Decision> frozen = CompletableFuture.supplyAsync(() -> delete(token));
        reading.await();
        tenant.member("acme", "alice", "reader");

        link.end(End.FORGOTTEN);
        answered.countDown();
        clock.step(Duration.ofMinutes(20));

        assertThat(delete(token).denial()).isEqualTo(Denial.INSUFFICIENT_SCOPE);
        assertThat(frozen.join().denial()).isNotEqualTo(Denial.PERMISSIONS_UNAVAILABLE);
    }

    /** A snapshot is restored days later: the access token for the Management API, keys and facts are as old as the snapshot. */
    @Test
    void authorizeWhenRestoredDaysLaterThenNothingOfTheSnapshotDecides() throws IOException {
        AccessToken old = guard.verify(token(tokens.key()));
        assertThat(delete(old).isGranted()).isTrue();
        int grants = tenant.grants();
        ECKey rotated = TestTokens.newKey("rotated");
        tenant.publish(new JWKSet(rotated).toString(true)).member("acme", "alice", "reader");

        link.end(End.FORGOTTEN);
        clock.step(Duration.ofDays(3));

        AccessToken current = guard.verify(token(rotated));
        assertThat(delete(current).denial()).isEqualTo(Denial.INSUFFICIENT_SCOPE);
        assertThat(tenant.grants()).isGreaterThan(grants);
        assertThat(delete(old).denial()).isEqualTo(Denial.INSUFFICIENT_SCOPE);
    }

    private Decision delete(AccessToken token) {
        return guard.authorize(
                token,
                new AccessRequest(
                        RequestedOrganization.named("acme"),
                        ScopeRequirement.allOf(Audience.ORGANIZATION, Scopes.of("delete:report"))));
    }

    private String token(ECKey key) {
        String claims = tokens.organization("acme")
                .with("iss", linked.issuer())
                .scopes("read:report", "delete:report")
                .json();
        return TestTokens.sign(
                TestTokens.header(JWSAlgorithm.ES256, key.getKeyID()).build(), claims, key);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

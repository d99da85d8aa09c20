package io.scopeguard.logto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.jwk.JWKSet;
import io.scopeguard.AccessRequest;
import io.scopeguard.Decision;
import io.scopeguard.Denial;
import io.scopeguard.Mode;
import io.scopeguard.ScopeGuard;
import io.scopeguard.ScopeGuardBuilder;
import io.scopeguard.ScopeGuardSettings;
import io.scopeguard.drift.Clients;
import io.scopeguard.drift.WatchedScopes;
import io.scopeguard.organization.RequestedOrganization;
import io.scopeguard.permission.CacheSettings;
import io.scopeguard.permission.PermissionCache;
import io.scopeguard.permission.fact.FactExchange;
import io.scopeguard.provider.InvalidTokenException;
import io.scopeguard.remedy.Remedy;
import io.scopeguard.remedy.RemedyListener;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.ScopeRequirement;
import io.scopeguard.scope.Scopes;
import io.scopeguard.scope.WhenUnknown;
import io.scopeguard.testing.FakeLogto;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.testing.TestTokens;
import io.scopeguard.token.AccessToken;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Guards as applications build them, on a tenant's sockets. */
class ScopeGuardBuilderTests {

    private static final MovableClock clock = MovableClock.atNoon();
    private static final TestTokens tokens = new TestTokens(clock);

    private final FakeLogto tenant = new FakeLogto()
            .publish(new JWKSet(tokens.key()).toString(true))
            .organizationRole("reader", "read")
            .organizationRole("admin", "read", "delete")
            .member("acme", "alice", "reader");
    private final Logto logto = tenant.logto(clock).build();
    private final CacheSettings patient = new CacheSettings(
            Duration.ofSeconds(30), Duration.ofMinutes(5), Duration.ofMinutes(1), 1_000, Duration.ofHours(1));

    @AfterEach
    void close() {
        tenant.close();
    }

    @AfterAll
    static void stop() {
        tokens.close();
    }

    @Test
    void inspectWhenDemotedThenDriftAndRefreshWithoutARequest() {
        try (ScopeGuard guard = ScopeGuard.builder(logto).cache(patient).build()) {
            Decision decision = guard.inspect(guard.verify(token("read", "delete")));

            assertThat(decision.denial()).isNull();
            assertThat(decision.drift().demoted()).isEqualTo(Scopes.of("delete"));
            assertThat(decision.drift().missing()).isEqualTo(Scopes.none());
            assertThat(decision.advice().remedy()).isEqualTo(Remedy.REFRESH);
        }
    }

    @Test
    void inspectWhenPromotedThenDriftUnlessTheClientIsNotToldOfTheScope() {
        try (ScopeGuard all = ScopeGuard.builder(logto).cache(patient).build();
                ScopeGuard none = ScopeGuard.builder(logto)
                        .cache(patient)
                        .clients(Clients.watching(WatchedScopes.of(Scopes.none())))
                        .build()) {
            AccessToken token = all.verify(token());

            assertThat(all.inspect(token).drift().missing()).isEqualTo(Scopes.of("read"));
            assertThat(none.inspect(token).drift().isEmpty()).isTrue();
        }
    }

    @Test
    void inspectWhenExpelledThenDenial() {
        tenant.expel("acme", "alice");
        try (ScopeGuard guard = ScopeGuard.builder(logto).cache(patient).build()) {
            assertThat(guard.inspect(guard.verify(token("read"))).denial()).isEqualTo(Denial.NOT_A_MEMBER);
        }
    }

    @Test
    void authorizeWhenSettingsObserveThenTheTokenDecidesAndNobodyIsAsked() {
        List<Remedy> asked = new ArrayList<>();
        ScopeGuardSettings observe = new ScopeGuardSettings(
                Mode.OBSERVE, Duration.ofSeconds(30), Duration.ofMinutes(5), WhenUnknown.TRUST_TOKEN);
        try (ScopeGuard observing = ScopeGuard.builder(logto)
                        .cache(patient)
                        .settings(observe)
                        .listener(listener(asked))
                        .build();
                ScopeGuard enforcing = ScopeGuard.builder(logto)
                        .cache(patient)
                        .listener(listener(asked))
                        .build()) {
            AccessToken token = observing.verify(token("read", "delete"));

            assertThat(observing.authorize(token, toDelete()).isGranted()).isTrue();
            assertThat(asked).isEmpty();
            assertThat(enforcing.authorize(token, toDelete()).denial()).isEqualTo(Denial.INSUFFICIENT_SCOPE);
            assertThat(asked).containsExactly(Remedy.REFRESH);
        }
    }

    @Test
    void buildWhenVerifierAndResourcesThenRejected() {
        ScopeGuardBuilder builder =
                ScopeGuard.builder(logto).verifier(tokens.verifier()).resources(List.of(TestTokens.API));

        assertThatIllegalStateException()
                .isThrownBy(builder::build)
                .withMessage("Pass the resources [https://api.example.test] to the builder of the verifier.");
    }

    @Test
    void verifyWhenResourceIsNotDeclaredThenRefused() {
        Audience api = Audience.resource("https://api.example.test");
        String token = issued(tokens.resource());
        try (ScopeGuard without = ScopeGuard.builder(logto).build();
                ScopeGuard with =
                        ScopeGuard.builder(logto).resources(Set.of(api)).build()) {
            assertThatExceptionOfType(InvalidTokenException.class).isThrownBy(() -> without.verify(token));
            assertThat(with.verify(token).audience()).isEqualTo(api);
        }
    }

    @Test
    void closeWhenThreadsHaveReadThenTheyEnd() {
        Set<Thread> others = ourThreads();
        ScopeGuard guard = ScopeGuard.builder(logto).cache(patient).build();
        guard.inspect(guard.verify(token("read")));
        Set<Thread> own = ourThreads();
        own.removeAll(others);
        assertThat(own).isNotEmpty();

        guard.close();

        await().until(() -> own.stream().noneMatch(Thread::isAlive));
    }

    private static Set<Thread> ourThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("scope-guard-permissions"))
                .collect(Collectors.toCollection(HashSet::new));
    }

    @Test
    void closeWhenTheCacheIsTheGuardsThenNothingIsReadAnyMore() {
        ScopeGuard guard = ScopeGuard.builder(logto).cache(patient).build();
        AccessToken token = guard.verify(token("read"));

        guard.close();
        Throwable unused = catchThrowable(() -> guard.inspect(token));

        assertThat(tenant.requests()).isEmpty();
    }

    @Test
    void closeWhenTheCacheIsTheCallersThenItStaysOpen() {
        try (PermissionCache shared =
                new PermissionCache("Test", logto.permissions(), logto.clock().steady(), patient, FactExchange.NONE)) {
            ScopeGuard guard = ScopeGuard.builder(logto).permissions(shared).build();

            guard.close();

            assertThat(guard.inspect(guard.verify(token("read"))).live()).isNotNull();
        }
    }

    private static AccessRequest toDelete() {
        return new AccessRequest(
                RequestedOrganization.named("acme"),
                ScopeRequirement.allOf(Audience.ORGANIZATION, Scopes.of("delete")));
    }

    private static RemedyListener listener(List<Remedy> asked) {
        return new RemedyListener() {
            @Override
            public void asked(Remedy remedy) {
                asked.add(remedy);
            }

            @Override
            public void disagreed() {}
        };
    }

    private String token(String... scopes) {
        return issued(tokens.organization("acme").scopes(scopes));
    }

    /** Long enough ago that the token does not count as a read. */
    private String issued(TestTokens.Token token) {
        return token.with("iss", tenant.tenant().issuer())
                .issuedAt(clock.instant().minus(Duration.ofMinutes(10)))
                .compact();
    }
}

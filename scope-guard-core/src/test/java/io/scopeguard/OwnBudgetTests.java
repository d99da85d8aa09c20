package io.scopeguard;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.bucket4j.Bucket;
import io.scopeguard.auth0.FakeAuth0;
import io.scopeguard.keycloak.Keycloak;
import io.scopeguard.keycloak.KeycloakRealm;
import io.scopeguard.organization.RequestedOrganization;
import io.scopeguard.permission.CacheSettings;
import io.scopeguard.provider.CallBudget;
import io.scopeguard.provider.IdentityProvider;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.ScopeRequirement;
import io.scopeguard.scope.Scopes;
import io.scopeguard.scope.WhenUnknown;
import io.scopeguard.testing.FakeKeycloak;
import io.scopeguard.testing.Loopback;
import io.scopeguard.testing.MovableClock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Two providers behind one guard: each has its own call budget, and exhausting one does not stop reads from the other. */
class OwnBudgetTests {

    private static final Audience API = Audience.resource(FakeKeycloak.API);
    private static final Duration PAST_MAX_STALE = Duration.ofSeconds(40);

    private final MovableClock clock = MovableClock.atNoon();
    private final FakeKeycloak keycloak = FakeKeycloak.recorded(clock);
    private final FakeAuth0 auth0 =
            new FakeAuth0(clock).role("rol_viewer", "read:report").member("org_acme", "auth0|alice", "rol_viewer");
    private final Bucket callsToKeycloak = bucket();
    private final Bucket callsToAuth0 = bucket();
    private final ScopeGuard guard = ScopeGuard.join(
            List.of(
                    guard(Keycloak.at(
                                    new KeycloakRealm(keycloak.issuer()),
                                    FakeKeycloak.CLIENT_ID,
                                    FakeKeycloak.CLIENT_SECRET)
                            .resource(API, FakeKeycloak.API_CLIENT)
                            .pollAdminEvents(false)
                            .budget(new CallBudget(callsToKeycloak))
                            .timeout(Loopback.PATIENCE)
                            .clock(clock)
                            .steadyClock(clock.steady())
                            .build()),
                    guard(auth0.auth0()
                            .budget(new CallBudget(callsToAuth0))
                            .timeout(Loopback.PATIENCE)
                            .clock(clock)
                            .build())),
            organization -> organization.startsWith("org_") ? "auth0" : "keycloak");

    /** Practically without refill, so that a call that finds it empty does not wait. */
    private static Bucket bucket() {
        return Bucket.builder()
                .addLimit(limit -> limit.capacity(1_000).refillGreedy(1, Duration.ofDays(1)))
                .build();
    }

    private static ScopeGuard guard(IdentityProvider provider) {
        Duration age = Duration.ofSeconds(30);
        return ScopeGuard.builder(provider)
                .resources(List.of(API))
                .settings(new ScopeGuardSettings(Mode.ENFORCE, age, age, WhenUnknown.DENY))
                .cache(new CacheSettings(age, age, Loopback.PATIENCE, 1_000, Duration.ofHours(24)))
                .build();
    }

    @AfterEach
    void stop() {
        guard.close();
        keycloak.close();
        auth0.close();
    }

    private Decision decide(String token, String organization) {
        return guard.authorize(
                guard.verify(token),
                new AccessRequest(
                        RequestedOrganization.named(organization),
                        ScopeRequirement.allOf(API, Scopes.of("read:report"))));
    }

    private Decision atAuth0() {
        return decide(
                auth0.signIn("auth0|alice", "org_acme", "openid", "read:report").token(), "org_acme");
    }

    @Test
    void authorizeWhenTheBudgetOfKeycloakIsUsedUpThenAuth0IsReadAllTheSame() {
        clock.advance(PAST_MAX_STALE);
        callsToKeycloak.tryConsumeAsMuchAsPossible();
        String old = keycloak.token("bob", "acme");
        clock.advance(PAST_MAX_STALE);
        assertThat(decide(old, "acme").denial()).isEqualTo(Denial.PERMISSIONS_UNAVAILABLE);
        Decision other = atAuth0();
        assertThat(other.isGranted()).isTrue();
        assertThat(other.live()).isNotNull();
        assertThat(callsToAuth0.getAvailableTokens()).isLessThan(1_000);
    }

    @Test
    void authorizeWhenTheBudgetOfAuth0IsUsedUpThenKeycloakIsReadAllTheSame() {
        callsToAuth0.tryConsumeAsMuchAsPossible();
        assertThat(atAuth0().denial()).isEqualTo(Denial.PERMISSIONS_UNAVAILABLE);
        String token = keycloak.token("alice", "acme");
        clock.advance(PAST_MAX_STALE);
        Decision other = decide(token, "acme");
        assertThat(other.isGranted()).isTrue();
        assertThat(other.live()).isNotNull();
        assertThat(callsToKeycloak.getAvailableTokens()).isLessThan(1_000);
    }
}

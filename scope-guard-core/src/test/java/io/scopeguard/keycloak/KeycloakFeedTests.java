package io.scopeguard.keycloak;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.AccessRequest;
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
import io.scopeguard.testing.FakeKeycloak;
import io.scopeguard.testing.FakeRealm;
import io.scopeguard.testing.MovableClock;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * The feed of admin events from end to end: the guard starts it, and polls by real time. The clock of facts stands still, so no
 * fact is read again because of its age. Only the feed can show a change.
 */
class KeycloakFeedTests {

    private static final Audience API = Audience.resource(FakeKeycloak.API);
    private static final Duration MAX_AGE = Duration.ofMillis(100);
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final MovableClock clock = MovableClock.atNoon();
    private final FakeKeycloak server = FakeKeycloak.recorded(clock);
    private final long begun = System.nanoTime();
    private final ScopeGuard guard = guard();

    private ScopeGuard guard() {
        Keycloak keycloak = Keycloak.at(
                        new KeycloakRealm(server.issuer()), FakeKeycloak.CLIENT_ID, FakeKeycloak.CLIENT_SECRET)
                .resource(API, FakeKeycloak.API_CLIENT)
                .callsPerSecond(1_000)
                .timeout(PATIENCE)
                .clock(clock)
                .steadyClock(clock.steady())
                .build();
        return ScopeGuard.builder(keycloak)
                .resources(List.of(API))
                .settings(new ScopeGuardSettings(Mode.ENFORCE, MAX_AGE, Duration.ofHours(1), WhenUnknown.TRUST_TOKEN))
                .cache(new CacheSettings(MAX_AGE, Duration.ofHours(1), PATIENCE, 1_000, Duration.ofHours(24)))
                .build();
    }

    @AfterEach
    void stop() {
        guard.close();
        server.close();
    }

    private FakeRealm realm() {
        return server.realm();
    }

    private @Nullable Denial denial(String token, String organization, String scope) {
        return guard.authorize(
                        guard.verify(token),
                        new AccessRequest(
                                RequestedOrganization.named(organization),
                                ScopeRequirement.allOf(API, Scopes.of(scope))))
                .denial();
    }

    /**
     * The number of polls so far, counted by first pages. Events of the last ten seconds are read again, on several pages if
     * necessary.
     */
    private long polls() {
        return server.reads().stream()
                .filter(read -> read.startsWith("/admin-events") && read.contains("direction=asc"))
                .filter(read -> !read.contains("first="))
                .count();
    }

    /** A poll that begins from now on sees all events until now. */
    private void awaitPolls() {
        long before = polls();
        Awaitility.await().atMost(PATIENCE).until(() -> polls() >= before + 3);
    }

    private void awaitDenial(String token, String organization, String scope) {
        Awaitility.await()
                .atMost(PATIENCE)
                .untilAsserted(
                        () -> assertThat(denial(token, organization, scope)).isEqualTo(Denial.INSUFFICIENT_SCOPE));
    }

    @Test
    void authorizeWhenAnAdminEventNamesAMemberThenTheChangeIsSeenBeforeTheFactIsOld() {
        String alice = server.token("alice", "acme");
        String bob = server.token("bob", "acme");
        clock.advance(Duration.ofSeconds(40));
        assertThat(denial(alice, "acme", "write:report")).isNull();
        assertThat(denial(bob, "acme", "read:report")).isNull();
        awaitPolls();
        server.forgetReads();
        realm().leave("acme-id", "acme-admins", "alice");
        clock.advance(Duration.ofMillis(1));

        awaitDenial(alice, "acme", "write:report");
        assertThat(denial(bob, "acme", "read:report")).isNull();
        // Bob was not read again: the event does not concern him.
        assertThat(server.reads()).noneMatch(read -> read.contains("/members/bob"));
    }

    /** The events were deleted, so changes may have been missed. */
    @Test
    void authorizeWhenEventsAreMissingThenEverythingIsReadAgain() {
        String alice = server.token("alice", "acme");
        String carol = server.token("carol", "globex");
        clock.advance(Duration.ofSeconds(40));
        assertThat(denial(alice, "acme", "write:report")).isNull();
        assertThat(denial(carol, "globex", "write:report")).isNull();
        awaitPolls();
        realm().saveAdminEvents(false)
                .leave("acme-id", "acme-admins", "alice")
                .leave("globex-id", "globex-admins", "carol");
        clock.advance(Duration.ofMillis(1));
        realm().forgetAdminEvents();

        awaitDenial(alice, "acme", "write:report");
        awaitDenial(carol, "globex", "write:report");
    }

    @Test
    void pollWhenManyUsersAreActiveThenOneCallPerMaxAgeForAllOfThem() {
        for (int i = 0; i < 30; i++) {
            realm().user("u" + i, "u" + i).member("acme-id", "u" + i, "acme-members");
        }
        List<String> tokens = java.util.stream.IntStream.range(0, 30)
                .mapToObj(i -> server.token("u" + i, "acme"))
                .toList();
        clock.advance(Duration.ofSeconds(40));
        Awaitility.await().atMost(PATIENCE).until(() -> {
            tokens.forEach(
                    token -> assertThat(denial(token, "acme", "read:report")).isNull());
            return polls() >= 4;
        });
        long polled = polls();
        // The first poll begins at once.
        long intervals = (System.nanoTime() - begun) / MAX_AGE.toNanos();
        assertThat(polled).isLessThanOrEqualTo(intervals + 2);
    }
}

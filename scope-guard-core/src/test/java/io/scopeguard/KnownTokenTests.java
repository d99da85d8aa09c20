package io.scopeguard;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.drift.ScopeComparison;
import io.scopeguard.drift.ScopeDrift;
import io.scopeguard.permission.LivePermissions;
import io.scopeguard.permission.RoleInterest;
import io.scopeguard.remedy.Remedy;
import io.scopeguard.remedy.RemedyAdvice;
import io.scopeguard.role.RoleKind;
import io.scopeguard.role.Roles;
import io.scopeguard.scope.Scopes;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.testing.StandalonePermissions;
import io.scopeguard.testing.TestTokens;
import io.scopeguard.token.AccessToken;
import io.scopeguard.token.AccessTokenVerifier;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class KnownTokenTests {

    private static final Scopes HELD = Scopes.of("read:report", "write:report");
    private static final ScopeDrift DEMOTED = new ScopeDrift(Scopes.of("write:report"), Scopes.none(), Scopes.none());

    private final MovableClock clock = MovableClock.atNoon();
    private final TestTokens tokens = new TestTokens(clock);
    private final AccessTokenVerifier verifier = tokens.verifierBuilder(clock).build();
    private final AccessToken token =
            verifier.verify(tokens.organization("acme").compact());
    private final KnownToken known = new KnownToken(token);
    private final LivePermissions live = StandalonePermissions.of(Scopes.of("read:report"), MovableClock.NOON, 0);

    @AfterEach
    void stop() {
        verifier.close();
        tokens.close();
    }

    @Test
    void comparisonWhenLivePermissionsAreTheSameThenMadeOnce() {
        ScopeComparison first = known.comparison(HELD, live);

        assertThat(first.demoted()).isEqualTo(Scopes.of("write:report"));
        assertThat(known.comparison(HELD, live)).isSameAs(first);
    }

    @Test
    void comparisonWhenLivePermissionsAreOthersThenMadeAgain() {
        known.comparison(HELD, live);
        LivePermissions other = StandalonePermissions.of(HELD, MovableClock.NOON, 0);

        assertThat(known.comparison(HELD, other).demoted()).isEqualTo(Scopes.none());
        assertThat(known.live()).isSameAs(other);
    }

    @Test
    void withWhenOtherRolesThenOtherResultsButNotForAnyNumberOfRoles() {
        KnownToken first = known.with(interest("role-0"));
        assertThat(known.with(RoleInterest.none())).isSameAs(known);
        assertThat(first).isNotSameAs(known).isSameAs(known.with(interest("role-0")));
        assertThat(first.key()).isEqualTo(known.key().with(interest("role-0")));

        for (int i = 1; i < 100; i++) {
            known.with(interest("role-" + i));
        }
        assertThat(known.with(interest("role-0"))).isNotSameAs(first);
        assertThat(known.with(interest("role-99"))).isSameAs(known.with(interest("role-99")));
    }

    private static RoleInterest interest(String role) {
        return RoleInterest.of(Roles.of(RoleKind.GLOBAL, Set.of(role)), null, null);
    }

    @Test
    void adviceWhenGivenAMomentAgoThenRepeated() {
        RemedyAdvice advice = new RemedyAdvice(Remedy.REFRESH, DEMOTED, false, Duration.ZERO);
        known.advised(live, DEMOTED, advice, 0);

        assertThat(known.advice(live, DEMOTED, TimeUnit.MILLISECONDS.toNanos(999)))
                .isSameAs(advice);
        assertThat(known.advice(live, DEMOTED, TimeUnit.SECONDS.toNanos(1))).isNull();
    }

    @Test
    void adviceWhenLivePermissionsOrDriftAreOthersThenNotRepeated() {
        known.advised(live, DEMOTED, new RemedyAdvice(Remedy.REFRESH, DEMOTED, false, Duration.ZERO), 0);

        assertThat(known.advice(StandalonePermissions.of(HELD, MovableClock.NOON, 0), DEMOTED, 0))
                .isNull();
        assertThat(known.advice(live, ScopeDrift.none(), 0)).isNull();
    }
}

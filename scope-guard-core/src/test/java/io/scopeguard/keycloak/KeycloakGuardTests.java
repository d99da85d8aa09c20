package io.scopeguard.keycloak;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.AccessRequest;
import io.scopeguard.Decision;
import io.scopeguard.Denial;
import io.scopeguard.ScopeGuard;
import io.scopeguard.organization.RequestedOrganization;
import io.scopeguard.remedy.Remedy;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.ScopeRequirement;
import io.scopeguard.scope.Scopes;
import io.scopeguard.testing.FakeKeycloak;
import io.scopeguard.testing.FakeRealm;
import io.scopeguard.testing.MovableClock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A guard for Keycloak's tokens: what is decided and advised after changes at Keycloak. */
class KeycloakGuardTests {

    private static final Audience API = Audience.resource(FakeKeycloak.API);
    private static final ScopeRequirement READ = ScopeRequirement.allOf(API, Scopes.of("read:report"));
    private static final ScopeRequirement WRITE = ScopeRequirement.allOf(API, Scopes.of("write:report"));

    private final MovableClock clock = MovableClock.atNoon();
    private final FakeKeycloak server = FakeKeycloak.recorded(clock);
    private final ScopeGuard guard = guard(GlobalScopes.ROLES);

    private ScopeGuard guard(GlobalScopes globalScopes) {
        Keycloak keycloak = Keycloak.at(
                        new KeycloakRealm(server.issuer()), FakeKeycloak.CLIENT_ID, FakeKeycloak.CLIENT_SECRET)
                .resource(API, FakeKeycloak.API_CLIENT)
                .globalScopes(globalScopes)
                .callsPerSecond(1_000)
                .timeout(Duration.ofMinutes(3))
                .clock(clock)
                .steadyClock(clock.steady())
                .build();
        return ScopeGuard.builder(keycloak).resources(List.of(API)).build();
    }

    @AfterEach
    void stop() {
        guard.close();
        server.close();
    }

    private FakeRealm realm() {
        return server.realm();
    }

    private Decision decide(String token, String organization, ScopeRequirement requirement) {
        return guard.authorize(
                guard.verify(token), new AccessRequest(RequestedOrganization.named(organization), requirement));
    }

    private void pass() {
        clock.advance(Duration.ofSeconds(40));
    }

    @Test
    void authorizeWhenDemotedThenRefusedAndToldToRefresh() {
        String token = server.token("alice", "acme");
        pass();
        assertThat(decide(token, "acme", WRITE).isGranted()).isTrue();
        realm().leave("acme-id", "acme-admins", "alice").join("acme-id", "acme-members", "alice");
        pass();
        Decision read = decide(token, "acme", READ);
        assertThat(read.isGranted()).isTrue();
        assertThat(read.drift().demoted()).containsExactlyInAnyOrder("write:report", "delete:report");
        assertThat(read.advice().remedy()).isEqualTo(Remedy.REFRESH);
        assertThat(decide(token, "acme", WRITE).denial()).isEqualTo(Denial.INSUFFICIENT_SCOPE);
    }
}

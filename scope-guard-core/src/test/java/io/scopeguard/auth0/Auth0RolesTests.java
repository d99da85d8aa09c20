package io.scopeguard.auth0;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.AccessRequest;
import io.scopeguard.Decision;
import io.scopeguard.Denial;
import io.scopeguard.ScopeGuard;
import io.scopeguard.organization.RequestedOrganization;
import io.scopeguard.permission.CacheSettings;
import io.scopeguard.role.RoleKind;
import io.scopeguard.role.RoleRequirement;
import io.scopeguard.role.Roles;
import io.scopeguard.scope.Audience;
import io.scopeguard.signal.Responses;
import io.scopeguard.testing.Loopback;
import io.scopeguard.testing.MovableClock;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Required roles with Auth0: by live roles alone, or by a claim of an Action and live roles. */
class Auth0RolesTests {

    private static final Audience API = Audience.resource(FakeAuth0.API);
    private static final String ALICE = "auth0|alice";
    private static final String EDITOR = "name of rol_editor";
    private static final String PAID = "name of rol_paid";
    private static final String CLAIM = "https://api.example.test/roles";
    private static final int PAST_MAX_AGE = 31;

    private final MovableClock clock = MovableClock.atNoon();
    private final FakeAuth0 tenant = new FakeAuth0(clock)
            .role("rol_viewer", "read:report")
            .role("rol_editor", "read:report", "write:report")
            .role("rol_paid")
            .member("org_acme", ALICE, "rol_editor")
            .global(ALICE, Set.of("rol_paid"), Set.of());
    private final ScopeGuard guard = guard();

    private ScopeGuard guard() {
        CacheSettings usual = CacheSettings.DEFAULT;
        return ScopeGuard.builder(tenant.auth0()
                        .rolesClaim(CLAIM)
                        .clock(clock)
                        .timeout(Loopback.PATIENCE)
                        .build())
                .resources(List.of(API))
                .watchedRoles(() -> new Roles(Set.of(PAID), Set.of(EDITOR)))
                .cache(new CacheSettings(
                        usual.maxAge(), usual.maxStale(), Loopback.PATIENCE, usual.maxEntries(), usual.idle()))
                .build();
    }

    @AfterEach
    void close() {
        guard.close();
        tenant.close();
    }

    private String token(@Nullable String organization) {
        return tenant.signIn(ALICE, organization, "openid", "read:report").token();
    }

    private Decision decide(String token, RoleKind kind, String role) {
        RequestedOrganization organization =
                kind == RoleKind.GLOBAL ? RequestedOrganization.NONE : RequestedOrganization.named("org_acme");
        return guard.authorize(
                guard.verify(token), new AccessRequest(organization, null, RoleRequirement.allOf(kind, role)));
    }

    private @Nullable Denial denial(@Nullable String organization, RoleKind kind, String role) {
        return decide(token(organization), kind, role).denial();
    }

    private static @Nullable String drift(Decision decision) {
        return new Responses().of(decision).headers().get("Scope-Drift");
    }

    /** Auth0's own claims say nothing about roles. */
    @ParameterizedTest
    @CsvSource({
        "org_acme, ORGANIZATION, name of rol_editor, true",
        "org_acme, ORGANIZATION, rol_editor,         false",
        "org_acme, ORGANIZATION, name of rol_viewer, false",
        "org_acme, ORGANIZATION, name of rol_paid,   false",
        "        , GLOBAL,       name of rol_paid,   true",
        "        , GLOBAL,       name of rol_editor, false",
    })
    void authorizeWhenATokenCarriesNoRolesThenTheLiveRolesDecide(
            @Nullable String organization, RoleKind kind, String role, boolean isHeld) {
        assertThat(denial(organization, kind, role)).isEqualTo(isHeld ? null : Denial.INSUFFICIENT_ROLE);
    }

    @Test
    void authorizeWhenARoleIsGivenAndTakenThenTheSameTokenIsGrantedAndRefused() {
        tenant.member("org_acme", ALICE, "rol_viewer");
        String token = token("org_acme");
        assertThat(decide(token, RoleKind.ORGANIZATION, EDITOR).denial()).isEqualTo(Denial.INSUFFICIENT_ROLE);

        tenant.member("org_acme", ALICE, "rol_editor");
        clock.advanceSeconds(PAST_MAX_AGE);
        assertThat(decide(token, RoleKind.ORGANIZATION, EDITOR).isGranted()).isTrue();

        tenant.member("org_acme", ALICE, "rol_viewer");
        clock.advanceSeconds(PAST_MAX_AGE);
        Decision refused = decide(token, RoleKind.ORGANIZATION, EDITOR);
        assertThat(refused.denial()).isEqualTo(Denial.INSUFFICIENT_ROLE);
        assertThat(drift(refused)).isNull();
    }

    @Test
    void authorizeWhenAnActionAddsRolesThenTheirDriftIsTold() {
        tenant.rolesClaim(CLAIM);
        String editor = token("org_acme");
        clock.advanceSeconds(PAST_MAX_AGE);
        assertThat(decide(editor, RoleKind.ORGANIZATION, EDITOR).isGranted()).isTrue();

        tenant.member("org_acme", ALICE, "rol_viewer");
        clock.advanceSeconds(PAST_MAX_AGE);
        Decision demoted = decide(editor, RoleKind.ORGANIZATION, EDITOR);
        assertThat(demoted.denial()).isEqualTo(Denial.INSUFFICIENT_ROLE);
        assertThat(drift(demoted)).startsWith("action=refresh").contains("demoted-roles=(\"" + EDITOR + "\")");

        clock.advanceSeconds(5);
        String viewer = token("org_acme");
        assertThat(decide(viewer, RoleKind.ORGANIZATION, EDITOR).denial()).isEqualTo(Denial.INSUFFICIENT_ROLE);
        tenant.member("org_acme", ALICE, "rol_editor");
        clock.advanceSeconds(PAST_MAX_AGE);
        Decision promoted = decide(viewer, RoleKind.ORGANIZATION, EDITOR);
        assertThat(promoted.denial()).isEqualTo(Denial.INSUFFICIENT_ROLE);
        assertThat(drift(promoted)).contains("action=refresh", "promoted-roles=(\"" + EDITOR + "\")");

        clock.advanceSeconds(5);
        assertThat(decide(token("org_acme"), RoleKind.ORGANIZATION, EDITOR).isGranted())
                .isTrue();
    }

    @Test
    void authorizeWhenAGlobalRoleIsRefundedThenDemoted() {
        tenant.rolesClaim(CLAIM);
        String token = token(null);
        clock.advanceSeconds(PAST_MAX_AGE);
        assertThat(decide(token, RoleKind.GLOBAL, PAID).isGranted()).isTrue();
        tenant.global(ALICE, Set.of(), Set.of());
        clock.advanceSeconds(PAST_MAX_AGE);
        Decision refused = decide(token, RoleKind.GLOBAL, PAID);
        assertThat(refused.denial()).isEqualTo(Denial.INSUFFICIENT_ROLE);
        assertThat(drift(refused)).startsWith("action=refresh, demoted-roles=(\"" + PAID + "\")");
    }
}

package io.scopeguard.keycloak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.scopeguard.AccessRequest;
import io.scopeguard.Decision;
import io.scopeguard.Denial;
import io.scopeguard.Mode;
import io.scopeguard.ScopeGuard;
import io.scopeguard.ScopeGuardSettings;
import io.scopeguard.organization.RequestedOrganization;
import io.scopeguard.permission.CacheSettings;
import io.scopeguard.provider.CallContext;
import io.scopeguard.provider.SettingRefusedException;
import io.scopeguard.remedy.Remedy;
import io.scopeguard.role.RoleKind;
import io.scopeguard.role.RoleRequirement;
import io.scopeguard.role.Roles;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.WhenUnknown;
import io.scopeguard.signal.Responses;
import io.scopeguard.testing.FakeKeycloak;
import io.scopeguard.testing.FakeRealm;
import io.scopeguard.testing.MovableClock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Required roles with Keycloak: roles of the API's client, and realm roles, in organizations and outside of them. */
class KeycloakRolesTests {

    private static final Audience API = Audience.resource(FakeKeycloak.API);
    private static final Duration PAST_MAX_AGE = Duration.ofSeconds(40);

    private final MovableClock clock = MovableClock.atNoon();
    private final FakeKeycloak server = FakeKeycloak.recorded(clock);
    private final ScopeGuard guard = guard(true);

    private Keycloak keycloak(boolean realmRoles) {
        return Keycloak.at(new KeycloakRealm(server.issuer()), FakeKeycloak.CLIENT_ID, FakeKeycloak.CLIENT_SECRET)
                .resource(API, FakeKeycloak.API_CLIENT)
                .realmRoles(realmRoles)
                .callsPerSecond(1_000)
                .timeout(Duration.ofMinutes(3))
                .clock(clock)
                .steadyClock(clock.steady())
                .build();
    }

    private ScopeGuard guard(boolean realmRoles) {
        ScopeGuardSettings settings = new ScopeGuardSettings(
                Mode.ENFORCE, Duration.ofSeconds(30), Duration.ofSeconds(30), WhenUnknown.TRUST_TOKEN);
        return ScopeGuard.builder(keycloak(realmRoles))
                .resources(List.of(API))
                .settings(settings)
                .watchedRoles(() -> new Roles(Set.of("paid-tier"), Set.of("editor", "auditor")))
                .cache(new CacheSettings(
                        settings.maxAge(), settings.maxStale(), Duration.ofMinutes(3), 1_000, Duration.ofHours(24)))
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

    private Decision decide(ScopeGuard guard, String token, RoleKind kind, String role) {
        RequestedOrganization organization =
                kind == RoleKind.GLOBAL ? RequestedOrganization.NONE : RequestedOrganization.named("acme");
        return guard.authorize(
                guard.verify(token), new AccessRequest(organization, null, RoleRequirement.allOf(kind, role)));
    }

    private @Nullable Denial denial(String token, RoleKind kind, String role) {
        return decide(guard, token, kind, role).denial();
    }

    private static @Nullable String drift(Decision decision) {
        return new Responses().of(decision).headers().get("Scope-Drift");
    }

    /** Alice is in a group with the client role editor and the realm role auditor, and holds vip and paid-tier as a user. */
    private void assign() {
        realm().role("api", "editor", "write:report")
                .role("api", "vip")
                .map("acme-id", "acme-admins", "editor")
                .mapRealmRole("acme-id", "acme-admins", "auditor")
                .grant("alice", "vip")
                .grantRealmRole("alice", "paid-tier");
    }

    @ParameterizedTest
    @CsvSource({
        "ORGANIZATION, editor,       true",
        "ORGANIZATION, write:report, true",
        "ORGANIZATION, auditor,      true",
        "ORGANIZATION, vip,          false",
        "ORGANIZATION, paid-tier,    false",
        "ORGANIZATION, admins,       false",
        "GLOBAL,       vip,          true",
        "GLOBAL,       paid-tier,    true",
        "GLOBAL,       editor,       false",
        "GLOBAL,       auditor,      false",
    })
    void authorizeWhenARoleIsRequiredThenItIsHeldThereAndNowhereElse(RoleKind kind, String role, boolean isHeld) {
        assign();
        String token = server.token("alice", "acme");
        clock.advance(PAST_MAX_AGE);
        assertThat(denial(token, kind, role)).isEqualTo(isHeld ? null : Denial.INSUFFICIENT_ROLE);
    }

    /** Without the setting, realm roles are neither read nor accepted. */
    @ParameterizedTest
    @CsvSource({"ORGANIZATION, editor, true", "ORGANIZATION, auditor, false", "GLOBAL, paid-tier, false"})
    void authorizeWhenRealmRolesAreNotReadThenOnlyClientRolesCount(RoleKind kind, String role, boolean isHeld) {
        assign();
        try (ScopeGuard clientsOnly = guard(false)) {
            String token = server.token("alice", "acme");
            clock.advance(PAST_MAX_AGE);
            assertThat(decide(clientsOnly, token, kind, role).isGranted()).isEqualTo(isHeld);
            assertThat(server.reads()).noneMatch(read -> read.contains("realm"));
        }
    }

    @Test
    void authorizeWhenAGroupLosesARoleThenDeniedAndDemotedUntilTheRefresh() {
        assign();
        String token = server.token("alice", "acme");
        clock.advance(PAST_MAX_AGE);
        assertThat(denial(token, RoleKind.ORGANIZATION, "editor")).isNull();
        realm().unmap("acme-id", "acme-admins", "editor");
        clock.advance(PAST_MAX_AGE);

        Decision refused = decide(guard, token, RoleKind.ORGANIZATION, "editor");
        assertThat(refused.denial()).isEqualTo(Denial.INSUFFICIENT_ROLE);
        assertThat(drift(refused)).startsWith("action=refresh").contains("demoted-roles=(\"editor\")");

        clock.advance(Duration.ofSeconds(5));
        Decision refreshed = decide(guard, server.token("alice", "acme"), RoleKind.ORGANIZATION, "auditor");
        assertThat(refreshed.isGranted()).isTrue();
        assertThat(drift(refreshed)).isNull();
    }

    @Test
    void authorizeWhenAMemberGainsARoleThenPromotedAndARefreshBringsIt() {
        assign();
        String token = server.token("bob", "acme");
        clock.advance(PAST_MAX_AGE);
        assertThat(denial(token, RoleKind.ORGANIZATION, "auditor")).isEqualTo(Denial.INSUFFICIENT_ROLE);
        realm().join("acme-id", "acme-admins", "bob");
        clock.advance(PAST_MAX_AGE);

        Decision refused = decide(guard, token, RoleKind.ORGANIZATION, "auditor");
        assertThat(refused.denial()).isEqualTo(Denial.INSUFFICIENT_ROLE);
        assertThat(refused.advice().remedy()).isEqualTo(Remedy.REFRESH);
        assertThat(drift(refused)).contains("promoted-roles=(\"auditor\")");

        clock.advance(Duration.ofSeconds(5));
        assertThat(denial(server.token("bob", "acme"), RoleKind.ORGANIZATION, "auditor"))
                .isNull();
    }

    @Test
    void authorizeWhenAGlobalRoleComesAndGoesThenTheRefreshBringsItAndTheNextRequestIsRefused() {
        String before = server.token("bob");
        clock.advance(PAST_MAX_AGE);
        assertThat(denial(before, RoleKind.GLOBAL, "paid-tier")).isEqualTo(Denial.INSUFFICIENT_ROLE);
        realm().grantRealmRole("bob", "paid-tier");
        clock.advance(PAST_MAX_AGE);
        assertThat(drift(decide(guard, before, RoleKind.GLOBAL, "paid-tier")))
                .startsWith("action=refresh, promoted-roles=(\"paid-tier\")");
        clock.advance(Duration.ofSeconds(5));
        String refreshed = server.token("bob");
        assertThat(denial(refreshed, RoleKind.GLOBAL, "paid-tier")).isNull();

        realm().revokeRealmRole("bob", "paid-tier");
        clock.advance(PAST_MAX_AGE);
        Decision refused = decide(guard, refreshed, RoleKind.GLOBAL, "paid-tier");
        assertThat(refused.denial()).isEqualTo(Denial.INSUFFICIENT_ROLE);
        assertThat(drift(refused)).startsWith("action=refresh, demoted-roles=(\"paid-tier\")");
    }

    /** A token for an organization also states the roles outside of it. */
    @Test
    void authorizeWhenAGlobalRoleIsRequiredThenTheMembershipOfTheTokensOrganizationIsIrrelevant() {
        realm().grantRealmRole("bob", "paid-tier");
        String token = server.token("bob", "acme");
        clock.advance(PAST_MAX_AGE);
        assertThat(denial(token, RoleKind.ORGANIZATION, "read:report")).isNull();
        assertThat(denial(token, RoleKind.GLOBAL, "paid-tier")).isNull();
        realm().expel("acme-id", "bob");
        clock.advance(PAST_MAX_AGE);
        assertThat(denial(token, RoleKind.ORGANIZATION, "read:report")).isEqualTo(Denial.NOT_A_MEMBER);
        assertThat(denial(token, RoleKind.GLOBAL, "paid-tier")).isNull();
    }

    /** If the role is not in the client's scope, the user did not delegate it to the client. */
    @Test
    void authorizeWhenTheClientMayNotSeeTheRoleThenDeniedAlthoughTheUserHoldsIt() {
        assign();
        var claims = server.claims("alice");
        claims.remove("realm_access");
        claims.remove("resource_access");
        String token = server.sign(claims);
        clock.advance(PAST_MAX_AGE);
        assertThat(denial(token, RoleKind.GLOBAL, "paid-tier")).isEqualTo(Denial.INSUFFICIENT_ROLE);
    }

    /** A list of organizations contains nothing about roles, so the live roles decide. */
    @Test
    void authorizeWhenTheTokenListsOrganizationsOnlyThenTheLiveRolesDecide() {
        assign();
        var claims = server.claims("alice", "acme");
        claims.put("organization", List.of("acme"));
        String token = server.sign(claims);
        clock.advance(PAST_MAX_AGE);
        assertThat(denial(token, RoleKind.ORGANIZATION, "auditor")).isNull();
        realm().leave("acme-id", "acme-admins", "alice");
        clock.advance(PAST_MAX_AGE);
        assertThat(denial(token, RoleKind.ORGANIZATION, "auditor")).isEqualTo(Denial.INSUFFICIENT_ROLE);
    }

    @Test
    void checkWhenTheRealmCannotBeViewedThenTheMissingRightIsNamed() {
        keycloak(true).check(List.of(API));
        realm().hideRealmRoles();
        keycloak(false).check(List.of(API));
        assertThatExceptionOfType(SettingRefusedException.class)
                .isThrownBy(() -> keycloak(true).check(List.of(API)))
                .satisfies(refused -> assertThat(refused.fix()).contains("view-realm"));
    }

    @Test
    void definitionsWhenGroupsHaveRealmRolesThenOneMoreCallForThoseGroups() {
        realm().mapRealmRole("acme-id", "acme-admins", "auditor");
        var definitions =
                keycloak(true).permissions().definitions(KeycloakRoles.groupsOf("acme"), CallContext.FOREGROUND);
        assertThat(definitions.get("acme-admins").names())
                .containsExactlyInAnyOrder("auditor", "read:report", "write:report", "delete:report");
        assertThat(definitions.get("acme-members").names()).containsExactly("read:report");
        assertThat(server.reads())
                .filteredOn(read -> read.contains("realm"))
                .containsExactly("/organizations/acme-id/groups/acme-admins/role-mappings/realm/composite");
    }
}

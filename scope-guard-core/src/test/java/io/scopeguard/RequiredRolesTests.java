package io.scopeguard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.scopeguard.drift.Clients;
import io.scopeguard.drift.DriftDetector;
import io.scopeguard.drift.RoleDrift;
import io.scopeguard.drift.WatchedScopes;
import io.scopeguard.organization.RequestedOrganization;
import io.scopeguard.permission.CacheSettings;
import io.scopeguard.permission.LivePermissions;
import io.scopeguard.permission.PermissionCache;
import io.scopeguard.permission.fact.FactExchange;
import io.scopeguard.provider.PermissionChange;
import io.scopeguard.provider.ProviderClock;
import io.scopeguard.provider.RefreshDelivery;
import io.scopeguard.provider.ScopeCatalogue;
import io.scopeguard.provider.Standing;
import io.scopeguard.remedy.Remedy;
import io.scopeguard.remedy.RemedyAdvisor;
import io.scopeguard.remedy.RemedyListener;
import io.scopeguard.role.RoleKind;
import io.scopeguard.role.RoleRequirement;
import io.scopeguard.role.Roles;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.ScopeRequirement;
import io.scopeguard.scope.ScopeRequirement.Match;
import io.scopeguard.scope.Scopes;
import io.scopeguard.scope.WhenUnknown;
import io.scopeguard.signal.Response;
import io.scopeguard.signal.Responses;
import io.scopeguard.testing.InMemoryTenant;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.testing.TestTokens;
import io.scopeguard.time.SteadyClock;
import io.scopeguard.token.AccessToken;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Required roles: real tokens, a real cache, a tenant whose roles change. */
class RequiredRolesTests {

    private static final CacheSettings SETTINGS = new CacheSettings(
            Duration.ofSeconds(30), Duration.ofMinutes(5), Duration.ofSeconds(60), 1_000, Duration.ofHours(1));
    private static final Roles WATCHED = new Roles(Set.of("paid-tier"), Set.of("billing admin"));
    private static final MovableClock clock = MovableClock.atNoon();
    private static final TestTokens tokens = new TestTokens(clock);

    private final InMemoryTenant tenant = new InMemoryTenant();
    private final SteadyClock steady = atNoon();
    private final ProviderClock provider = new ProviderClock(steady);
    private final PermissionCache cache = new PermissionCache("Test", tenant, steady, SETTINGS, FactExchange.NONE);
    private final ScopeGuard guard = guard(Mode.ENFORCE, WhenUnknown.TRUST_TOKEN, WATCHED);

    private static SteadyClock atNoon() {
        clock.set(MovableClock.NOON);
        return clock.steady();
    }

    @AfterEach
    void close() {
        cache.close();
    }

    @AfterAll
    static void stop() {
        tokens.close();
    }

    // Holders of roles

    @ParameterizedTest
    @CsvSource({
        // match, the token's roles (none: no claim), live roles, denied
        "ALL, ,     a b, false",
        "ALL, ,     a,   true",
        "ALL, ,     '',  true",
        "ANY, ,     a,   false",
        "ANY, ,     c,   true",
        "ALL, a b,  a b, false",
        "ALL, a b,  a,   true",
        "ALL, a,    a b, true",
        "ANY, a,    a b, false",
        "ANY, a,    b,   true",
        "ANY, a b,  b,   false",
        "ANY, '',   a b, true",
        "ALL, a b,  '',  true"
    })
    void authorizeWhenRolesAreRequiredThenLiveRolesAndThoseOfTheTokenMustSuffice(
            Match match, @Nullable String carried, String live, boolean isDenied) {
        for (RoleKind kind : RoleKind.values()) {
            AccessToken token = token(kind, split(carried));
            hold(kind, token, split(live));

            assertThat(denial(token, requires(match, kind, "a", "b")))
                    .as("%s", kind)
                    .isEqualTo(isDenied ? Denial.INSUFFICIENT_ROLE : null);
            later(31);
        }
    }

    /** A token is compared once until a fact changes, whichever handlers are called in between. */
    @Test
    void authorizeWhenHandlersRequireDifferentRolesInTurnThenLivePermissionsAreUsedAgain() {
        AccessToken token = token(RoleKind.GLOBAL, null);
        hold(RoleKind.GLOBAL, token, Set.of("paid-tier"));
        tenant.grant(token, "read");
        List<AccessRequest> requests = List.of(
                read(), paid(), requires(Match.ANY, RoleKind.GLOBAL, "a"), requires(Match.ANY, RoleKind.GLOBAL, "b"));
        requests.forEach(request -> guard.authorize(token, request));
        List<LivePermissions> first = live(token, requests);

        assertThat(first).doesNotContainNull().doesNotHaveDuplicates();
        assertThat(live(token, requests))
                .usingElementComparator((a, b) -> a == b ? 0 : 1)
                .isEqualTo(first);
    }

    private List<LivePermissions> live(AccessToken token, List<AccessRequest> requests) {
        return requests.stream()
                .map(request -> guard.authorize(token, request).live())
                .toList();
    }

    @Test
    void authorizeWhenARoleOfAnotherKindHasTheSameNameThenDenied() {
        AccessToken token = token(RoleKind.GLOBAL, null);
        tenant.organizationRoles(token, "paid-tier");

        assertThat(denial(token, paid())).isEqualTo(Denial.INSUFFICIENT_ROLE);

        tenant.globalRoles(token, "billing admin").organizationRoles(token);
        later(31);
        assertThat(denial(token, requires(Match.ALL, RoleKind.ORGANIZATION, "billing admin")))
                .isEqualTo(Denial.INSUFFICIENT_ROLE);
    }

    @Test
    void authorizeWhenAnOrganizationRoleIsHeldInAnotherOrganizationThenDenied() {
        AccessToken acme = token(RoleKind.GLOBAL, null);
        AccessToken globex = tokens.organization("globex").scopes("read").verified();
        tenant.grant(globex, "read").organizationRoles(globex, "billing admin");

        assertThat(denial(acme, requires(Match.ALL, RoleKind.ORGANIZATION, "billing admin")))
                .isEqualTo(Denial.INSUFFICIENT_ROLE);
    }

    @Test
    void authorizeWhenAnOrganizationRoleIsRequiredAndNoOrganizationIsNamedThenMismatch() {
        AccessToken token = tokens.resource().scopes("read").verified();
        tenant.grant(token, "read");
        RoleRequirement required = RoleRequirement.allOf(RoleKind.ORGANIZATION, "billing admin");

        assertThat(denial(token, new AccessRequest(RequestedOrganization.NONE, null, required)))
                .isEqualTo(Denial.ORGANIZATION_MISMATCH);
    }

    @Test
    void authorizeWhenAGlobalRoleIsRequiredOutsideOfOrganizationsThenDecided() {
        AccessToken token = tokens.resource().scopes("read").verified();
        tenant.grant(token, "read");
        AccessRequest request = new AccessRequest(
                RequestedOrganization.NONE, null, RoleRequirement.allOf(RoleKind.GLOBAL, "paid-tier"));

        assertThat(denial(token, request)).isEqualTo(Denial.INSUFFICIENT_ROLE);
        tenant.globalRoles(token, "paid-tier");
        later(31);
        assertThat(denial(token, request)).isNull();
    }

    @Test
    void authorizeWhenAnApplicationHoldsAGlobalRoleThenGranted() {
        AccessToken agent =
                tokens.organization("acme").application("agent").scopes("read").verified();
        tenant.grant(agent, "read").globalRoles(agent, "paid-tier");

        assertThat(denial(agent, paid())).isNull();
    }

    @Test
    void authorizeWhenScopesAreRequiredTooThenBothAreNeeded() {
        AccessToken token = token(RoleKind.GLOBAL, null);
        tenant.globalRoles(token, "paid-tier");
        RoleRequirement role = RoleRequirement.allOf(RoleKind.GLOBAL, "paid-tier");

        assertThat(denial(token, both("read", role))).isNull();
        assertThat(denial(token, both("delete", role))).isEqualTo(Denial.INSUFFICIENT_SCOPE);
        assertThat(denial(token, both("read", RoleRequirement.allOf(RoleKind.GLOBAL, "other"))))
                .isEqualTo(Denial.INSUFFICIENT_ROLE);
    }

    @Test
    void authorizeWhenTheAccountIsSuspendedThenTheRoleDoesNotHelp() {
        AccessToken token = token(RoleKind.GLOBAL, null);
        tenant.globalRoles(token, "paid-tier").stands(token, Standing.SUSPENDED);

        assertThat(denial(token, paid())).isEqualTo(Denial.SUBJECT_INACTIVE);
    }

    @Test
    void authorizeWhenARoleIsRenamedThenTheNewNameCounts() {
        AccessToken token = token(RoleKind.GLOBAL, null);
        tenant.globalRoles(token, "paid-tier");
        assertThat(denial(token, paid())).isNull();

        tenant.renameGlobalRole("paid-tier", "gold tier");
        later(31);

        assertThat(denial(token, paid())).isEqualTo(Denial.INSUFFICIENT_ROLE);
        assertThat(denial(token, requires(Match.ALL, RoleKind.GLOBAL, "gold tier")))
                .isNull();
    }

    // Freshness

    @Test
    void authorizeWhenARoleIsRevokedThenRefusedAfterMaxAge() {
        AccessToken token = token(RoleKind.GLOBAL, null);
        tenant.globalRoles(token, "paid-tier");
        assertThat(denial(token, paid())).isNull();

        tenant.globalRoles(token);
        assertThat(denial(token, paid())).isNull();
        later(31);
        assertThat(denial(token, paid())).isEqualTo(Denial.INSUFFICIENT_ROLE);
    }

    @ParameterizedTest
    @EnumSource(RoleKind.class)
    void authorizeWhenARoleIsRevokedAndReadNowThenRefusedAtOnce(RoleKind kind) {
        AccessToken token = token(kind, null);
        hold(kind, token, Set.of("a"));
        AccessRequest request = new AccessRequest(
                RequestedOrganization.named("acme"),
                null,
                RoleRequirement.allOf(kind, "a").withMaxAge(Duration.ZERO));
        assertThat(denial(token, request)).isNull();

        hold(kind, token, Set.of());
        clock.advance(Duration.ofMillis(1_100));

        assertThat(denial(token, request)).isEqualTo(Denial.INSUFFICIENT_ROLE);
    }

    /** Even a token that has just been issued proves nothing: a script at the provider decides which roles it carries. */
    @Test
    void authorizeWhenTheTokenIsYoungThenTheLiveRolesDecide() {
        dated();
        AccessToken token = token(RoleKind.GLOBAL, Set.of("paid-tier"));

        assertThat(denial(token, paid())).isEqualTo(Denial.INSUFFICIENT_ROLE);
    }

    @Test
    void authorizeWhenOneRequirementIsStricterThenItsAgeCounts() {
        AccessToken token = token(RoleKind.GLOBAL, null);
        tenant.globalRoles(token, "paid-tier");
        RoleRequirement role =
                RoleRequirement.allOf(RoleKind.GLOBAL, "paid-tier").withMaxAge(Duration.ofSeconds(5));
        assertThat(denial(token, both("read", role))).isNull();

        tenant.grant(token);
        later(6);

        assertThat(denial(token, both("read", role))).isEqualTo(Denial.INSUFFICIENT_SCOPE);
    }

    // Unknown live roles

    @ParameterizedTest
    @CsvSource({
        // the token's roles, policy, denial
        "     , TRUST_TOKEN, PERMISSIONS_UNAVAILABLE",
        "     , DENY,        PERMISSIONS_UNAVAILABLE",
        "a    , TRUST_TOKEN, ",
        "a    , DENY,        PERMISSIONS_UNAVAILABLE",
        "''   , TRUST_TOKEN, INSUFFICIENT_ROLE",
        "b    , DENY,        INSUFFICIENT_ROLE"
    })
    void authorizeWhenLiveRolesAreUnknownThenTheTokensRolesAndThePolicyDecide(
            @Nullable String carried, WhenUnknown policy, @Nullable Denial expected) {
        for (RoleKind kind : RoleKind.values()) {
            AccessToken token = token(kind, split(carried));
            hold(kind, token, Set.of("a"));
            tenant.down(true);
            RoleRequirement required = RoleRequirement.allOf(kind, "a").withWhenUnknown(policy);

            assertThat(denial(token, new AccessRequest(RequestedOrganization.named("acme"), null, required)))
                    .as("%s", kind)
                    .isEqualTo(expected);
            tenant.down(false);
        }
    }

    @Test
    void authorizeWhenARoleWasRevokedBeforeAnOutageThenItStaysRevoked() {
        dated();
        AccessToken token = token(RoleKind.GLOBAL, Set.of("paid-tier"));
        later(60);
        tenant.globalRoles(token, "paid-tier");
        assertThat(denial(token, paid())).isNull();
        tenant.globalRoles(token);
        later(31);
        assertThat(denial(token, paid())).isEqualTo(Denial.INSUFFICIENT_ROLE);

        tenant.down(true);
        clock.advance(Duration.ofMinutes(10));

        assertThat(denial(token, paid())).isEqualTo(Denial.INSUFFICIENT_ROLE);
    }

    @ParameterizedTest
    @EnumSource(
            value = Mode.class,
            names = {"OBSERVE", "SIGNAL"})
    void authorizeWhenModeDeniesNothingThenATokenWithRolesDecidesAndOneWithoutDoesNot(Mode mode) {
        ScopeGuard lenient = guard(mode, WhenUnknown.TRUST_TOKEN, WATCHED);
        AccessToken with = token(RoleKind.GLOBAL, Set.of("paid-tier"));
        AccessToken without = token(RoleKind.GLOBAL, null);

        assertThat(lenient.authorize(with, paid()).denial()).isNull();
        assertThat(lenient.authorize(without, paid()).denial()).isEqualTo(Denial.INSUFFICIENT_ROLE);
    }

    // Remedies and responses

    @Test
    void authorizeWhenThePromotedRoleIsMissingInATokenWithRolesThenRefresh() {
        dated();
        AccessToken token = token(RoleKind.GLOBAL, Set.of());
        later(60);
        tenant.globalRoles(token);
        assertThat(denial(token, paid())).isEqualTo(Denial.INSUFFICIENT_ROLE);
        tenant.globalRoles(token, "paid-tier");
        later(31);

        Decision refused = guard.authorize(token, paid());
        Response response = new Responses().of(refused);

        assertThat(refused.drift().roles())
                .isEqualTo(new RoleDrift(Roles.none(), Roles.of(RoleKind.GLOBAL, Set.of("paid-tier"))));
        assertThat(response.status()).isEqualTo(403);
        assertThat(response.headers().get("WWW-Authenticate"))
                .contains("error=\"insufficient_scope\"")
                .doesNotContain("scope=\"");
        assertThat(response.headers().get("Scope-Drift")).startsWith("action=refresh, promoted-roles=(\"paid-tier\"),");
        assertThat(response.body())
                .contains("urn:problem-type:scope-guard:insufficient-role")
                .contains("\"required_roles\":[\"paid-tier\"]")
                .contains("\"action\":\"refresh\"")
                .doesNotContain("required_scopes");
    }

    @ParameterizedTest
    @CsvSource({
        // match, the token's roles, live roles, promoted roles that are named
        "ALL, '',  a,   ",
        "ALL, '',  a b, a b",
        "ALL, a,   a b, b",
        "ALL, a,   b,   ",
        "ANY, '',  a,   a",
        "ANY, '',  a b, a b"
    })
    void authorizeWhenRolesWerePromotedThenARefreshIsAskedForIfItMeetsTheRequirement(
            Match match, String carried, String live, @Nullable String named) {
        dated();
        AccessToken token = token(RoleKind.GLOBAL, split(carried));
        later(60);
        tenant.globalRoles(token);
        AccessRequest request = requires(match, RoleKind.GLOBAL, "a", "b");
        assertThat(denial(token, request)).isEqualTo(Denial.INSUFFICIENT_ROLE);
        hold(RoleKind.GLOBAL, token, split(live));
        later(31);

        Response response = new Responses().of(guard.authorize(token, request));

        String header = response.headers().getOrDefault("Scope-Drift", "");
        if (named == null) {
            assertThat(header).doesNotContain("promoted-roles");
            assertThat(response.body()).contains("\"action\":\"none\"", "does not hold the roles");
        } else {
            assertThat(header).contains("promoted-roles=(\"" + named.replace(" ", "\" \"") + "\")");
            assertThat(response.body()).contains("\"action\":\"refresh\"", "lacks roles");
        }
    }

    /** A refresh has been shown to be useless: the provider's script does not deliver the role. */
    @Test
    void authorizeWhenATokenThatWasIssuedLaterStillLacksTheRoleThenNone() {
        dated();
        AccessToken first = token(RoleKind.GLOBAL, Set.of());
        tenant.globalRoles(first, "paid-tier");
        later(60);
        assertThat(guard.authorize(first, paid()).advice().remedy()).isEqualTo(Remedy.REFRESH);
        later(5);

        Decision second = guard.authorize(token(RoleKind.GLOBAL, Set.of()), paid());

        assertThat(second.denial()).isEqualTo(Denial.INSUFFICIENT_ROLE);
        assertThat(second.advice().remedy()).isEqualTo(Remedy.NONE);
        assertThat(new Responses().of(second).body()).contains("\"action\":\"none\"");
    }

    @Test
    void authorizeWhenTheSubjectDoesNotHoldTheRoleThenNone() {
        AccessToken token = token(RoleKind.GLOBAL, null);

        Decision refused = guard.authorize(token, paid());
        Response response = new Responses().of(refused);

        assertThat(response.headers()).doesNotContainKey("Scope-Drift");
        assertThat(response.body()).contains("\"action\":\"none\"", "\"required_roles\":[\"paid-tier\"]");
    }

    @Test
    void authorizeWhenTheRoleOfTheTokenWasRevokedThenItsClientRefreshesAndTheRoleIsGone() {
        dated();
        AccessToken token = token(RoleKind.GLOBAL, Set.of("paid-tier"));
        later(60);
        tenant.globalRoles(token, "paid-tier");
        assertThat(denial(token, paid())).isNull();
        tenant.globalRoles(token);
        later(31);

        Response refused = new Responses().of(guard.authorize(token, paid()));
        assertThat(refused.headers().get("Scope-Drift")).startsWith("action=refresh, demoted-roles=(\"paid-tier\"),");
        assertThat(refused.body()).contains("\"action\":\"none\"");

        later(5);
        Decision refreshed = guard.authorize(token(RoleKind.GLOBAL, Set.of()), paid());
        assertThat(refreshed.denial()).isEqualTo(Denial.INSUFFICIENT_ROLE);
        assertThat(refreshed.drift().isEmpty()).isTrue();
    }

    /** Rule 1 of {@code io.scopeguard.remedy}: no refresh can repair a token if a script adds roles without holders to it. */
    @Test
    void authorizeWhenATokenThatWasIssuedLaterStillCarriesTheRoleThenNoHint() {
        dated();
        AccessToken first = token(RoleKind.GLOBAL, Set.of("paid-tier"));
        tenant.globalRoles(first, "paid-tier");
        later(60);
        assertThat(denial(first, paid())).isNull();
        tenant.globalRoles(first);
        later(31);
        assertThat(guard.authorize(first, paid()).advice().remedy()).isEqualTo(Remedy.REFRESH);
        later(5);

        assertThat(guard.authorize(token(RoleKind.GLOBAL, Set.of("paid-tier")), paid())
                        .advice()
                        .remedy())
                .isEqualTo(Remedy.NONE);
    }

    @ParameterizedTest
    @CsvSource({
        // the token's roles, watched, header
        "' ',           true,  promoted-roles=(\"billing admin\")",
        "' ',           false, ",
        ",              true,  ",
        "billing admin, true,  "
    })
    void authorizeWhenOrganizationRolesAreWatchedThenGrantedResponsesTellOfThem(
            @Nullable String carried, boolean isWatched, @Nullable String expected) {
        dated();
        ScopeGuard watching = guard(Mode.ENFORCE, WhenUnknown.TRUST_TOKEN, isWatched ? WATCHED : Roles.none());
        Set<String> roles = carried == null ? null : carried.isBlank() ? Set.of() : Set.of(carried);
        AccessToken token = token(RoleKind.ORGANIZATION, roles);
        later(60);
        tenant.organizationRoles(token);
        assertThat(watching.authorize(token, read()).isGranted()).isTrue();
        tenant.organizationRoles(token, "billing admin", "unwatched");
        later(31);

        String header =
                new Responses().of(watching.authorize(token, read())).headers().get("Scope-Drift");

        assertThat(header == null ? null : header.replaceAll(".*(promoted-roles=\\([^)]*\\)).*", "$1"))
                .isEqualTo(expected);
    }

    @Test
    void authorizeWhenNoRoleIsRequiredThenGlobalRolesAreNotRead() {
        AccessToken token = token(RoleKind.GLOBAL, Set.of("paid-tier"));

        assertThat(guard.authorize(token, read()).isGranted()).isTrue();
        assertThat(tenant.fetches()).isEqualTo(1);
    }

    @Test
    void applyWhenARevocationIsReportedThenItBindsAtTheNextRequest() {
        AccessToken token = token(RoleKind.GLOBAL, null);
        tenant.globalRoles(token, "paid-tier");
        assertThat(denial(token, paid())).isNull();
        tenant.globalRoles(token);
        clock.advance(Duration.ofMillis(10));

        guard.apply(new PermissionChange.OfSubject(token.subject()));

        assertThat(denial(token, paid())).isEqualTo(Denial.INSUFFICIENT_ROLE);
    }

    @Test
    void requirementWhenItNamesNothingThenRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> RoleRequirement.allOf(RoleKind.GLOBAL));
        assertThatIllegalArgumentException().isThrownBy(() -> RoleRequirement.anyOf(RoleKind.GLOBAL, " "));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RoleRequirement.allOf(RoleKind.GLOBAL, "a").withMaxAge(Duration.ofSeconds(-1)));
    }

    private static @Nullable Set<String> split(@Nullable String names) {
        return names == null ? null : Set.copyOf(names.isEmpty() ? List.of() : Arrays.asList(names.split(" ")));
    }

    /** A token of a member with the scope to read, which carries these roles, or none at all. */
    private AccessToken token(RoleKind kind, @Nullable Set<String> roles) {
        TestTokens.Token token = tokens.organization("acme").scopes("read");
        if (roles != null) {
            boolean isGlobal = kind == RoleKind.GLOBAL;
            Stream<String> names = isGlobal ? roles.stream() : roles.stream().map(role -> "acme:" + role);
            token.with(isGlobal ? "roles" : "organization_roles", names.toList());
        }
        AccessToken verified = token.verified();
        tenant.grant(verified, "read");
        return verified;
    }

    private void hold(RoleKind kind, AccessToken token, @Nullable Set<String> roles) {
        String[] names = roles == null ? new String[0] : roles.toArray(String[]::new);
        if (kind == RoleKind.GLOBAL) {
            tenant.globalRoles(token, names);
        } else {
            tenant.organizationRoles(token, names);
        }
    }

    private static AccessRequest requires(Match match, RoleKind kind, String... roles) {
        return new AccessRequest(
                RequestedOrganization.named("acme"), null, new RoleRequirement(kind, match, Set.of(roles), null, null));
    }

    private static AccessRequest paid() {
        return requires(Match.ALL, RoleKind.GLOBAL, "paid-tier");
    }

    private static AccessRequest read() {
        return new AccessRequest(
                RequestedOrganization.named("acme"), ScopeRequirement.allOf(Audience.ORGANIZATION, Scopes.of("read")));
    }

    private static AccessRequest both(String scope, RoleRequirement role) {
        return new AccessRequest(
                RequestedOrganization.named("acme"),
                ScopeRequirement.allOf(Audience.ORGANIZATION, Scopes.of(scope)),
                role);
    }

    private @Nullable Denial denial(AccessToken token, AccessRequest request) {
        return guard.authorize(token, request).denial();
    }

    /** Lets the guard learn that the provider's clock shows the same time as ours. */
    private void dated() {
        String date =
                DateTimeFormatter.RFC_1123_DATE_TIME.format(clock.instant().atZone(ZoneOffset.UTC));
        provider.answered(date, steady.nanos(), steady.nanos());
    }

    private ScopeGuard guard(Mode mode, WhenUnknown policy, Roles watched) {
        ScopeGuardSettings settings =
                new ScopeGuardSettings(mode, Duration.ofSeconds(30), Duration.ofMinutes(5), policy);
        Clients clients = Clients.watching(WatchedScopes.all());
        return new ScopeGuard(new ProviderGuard(
                "provider",
                tokens.verifier(),
                settings,
                cache,
                new DriftDetector(clients, new ScopeCatalogue(provider)),
                new RemedyAdvisor(
                        clients,
                        provider,
                        kind -> RefreshDelivery.IF_REQUESTED,
                        settings.maxAge(),
                        RemedyListener.none()),
                provider,
                Duration.ZERO,
                () -> watched,
                1_000,
                () -> {}));
    }

    /**
     * Time passes after all reads in flight have ended. Otherwise, an older read might end before those that the test waits for.
     */
    private void later(int seconds) {
        while (cache.active() > 0) {
            LockSupport.parkNanos(50_000);
        }
        clock.advanceSeconds(seconds);
    }
}

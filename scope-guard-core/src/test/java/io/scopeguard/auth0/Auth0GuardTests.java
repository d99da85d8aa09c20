package io.scopeguard.auth0;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.scopeguard.AccessRequest;
import io.scopeguard.Decision;
import io.scopeguard.Denial;
import io.scopeguard.ScopeGuard;
import io.scopeguard.organization.RequestedOrganization;
import io.scopeguard.permission.CacheSettings;
import io.scopeguard.permission.LivePermissions;
import io.scopeguard.provider.EventReceiver;
import io.scopeguard.remedy.Remedy;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.ScopeRequirement;
import io.scopeguard.scope.Scopes;
import io.scopeguard.testing.Loopback;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.token.AccessToken;
import io.scopeguard.token.AccessTokenVerifier;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A guarded API with Auth0: its tokens verified, its live permissions read, on sockets and on a clock that is moved. */
@Timeout(180)
class Auth0GuardTests {

    private static final Audience API = Audience.resource(FakeAuth0.API);
    private static final String ALICE = "auth0|alice";
    private static final String[] ALL = {"openid", "read:report", "write:report", "delete:report"};
    private static final Scopes READ = Scopes.of("read:report");
    private static final Scopes BOTH = Scopes.of("read:report", "write:report");
    private static final int PAST_MAX_AGE = 31;

    private final MovableClock clock = MovableClock.atNoon();
    private final FakeAuth0 tenant = new FakeAuth0(clock)
            .role("rol_viewer", "read:report")
            .role("rol_editor", "read:report", "write:report")
            .member("org_acme", ALICE, "rol_editor")
            .member("org_globex", ALICE, "rol_viewer");
    private @Nullable AccessTokenVerifier tokens;
    private @Nullable ScopeGuard guard;

    @AfterEach
    void close() {
        if (guard != null) {
            guard.close();
        }
        if (tokens != null) {
            tokens.close();
        }
        tenant.close();
    }

    // The same API with different scopes in each organization

    @ParameterizedTest
    @ValueSource(strings = {"access_token", "rfc9068_profile"})
    void authorizeWhenSignedInThroughAnOrganizationThenItsScopesAndNoOthers(String dialect) {
        tenant.api(FakeAuth0.API, true, dialect, "RS256", "read:report", "write:report");
        start(tenant.auth0());
        AccessToken acme = token(tenant.signIn(ALICE, "org_acme", ALL));
        AccessToken globex = token(tenant.signIn(ALICE, "org_globex", ALL));

        assertThat(acme.scopes()).isEqualTo(BOTH);
        assertThat(globex.scopes()).isEqualTo(READ);
        assertThat(denial(acme, "org_acme", "write:report")).isNull();
        assertThat(denial(globex, "org_globex", "write:report")).isEqualTo(Denial.INSUFFICIENT_SCOPE);
        assertThat(denial(acme, "org_globex", "read:report")).isEqualTo(Denial.ORGANIZATION_MISMATCH);
        assertThat(acme.fingerprint()).hasSize(16).isNotEqualTo(globex.fingerprint());
    }

    /** A user's own grants count outside of organizations only, and a member's grants only in the organization. */
    @Test
    void authorizeWhenGrantedOutsideOfOrganizationsThenNotWithin() {
        tenant.global(ALICE, Set.of(), Set.of("delete:report"));
        start(tenant.auth0());
        AccessToken global = token(tenant.signIn(ALICE, null, ALL));
        AccessToken acme = token(tenant.signIn(ALICE, "org_acme", ALL));

        assertThat(global.scopes()).isEqualTo(Scopes.of("delete:report"));
        assertThat(decide(global, null, "delete:report").isGranted()).isTrue();
        assertThat(live(acme, "org_acme", "read:report").granted()).isEqualTo(BOTH);
        assertThat(live(global, null, "delete:report").granted()).isEqualTo(Scopes.of("delete:report"));
    }

    @Test
    void authorizeWhenADirectPermissionIsTakenThenDenied() {
        tenant.global(ALICE, Set.of(), Set.of("read:report"));
        start(tenant.auth0());
        AccessToken token = token(tenant.signIn(ALICE, null, ALL));
        assertThat(denial(token, null, "read:report")).isNull();

        tenant.global(ALICE, Set.of(), Set.of());
        clock.advanceSeconds(PAST_MAX_AGE);

        assertThat(denial(token, null, "read:report")).isEqualTo(Denial.INSUFFICIENT_SCOPE);
    }

    // Names that a token cannot show as permissions

    /** Otherwise the client would be asked to refresh, and then for consent, for every new token. */
    @Test
    void authorizeWhenAPermissionIsNamedLikeAnOpenIdScopeThenNoRemedyAndNoDrift() {
        tenant.role("rol_viewer", "read:report", "email").global(ALICE, Set.of(), Set.of("read:report", "email"));
        start(tenant.auth0());
        AccessToken acme = token(tenant.signIn(ALICE, "org_globex", ALL));
        AccessToken global = token(tenant.signIn(ALICE, null, ALL));
        clock.advance(Duration.ofMinutes(5));

        assertNoRemedy(decide(acme, "org_globex", "email"));
        assertNoRemedy(decide(global, null, "email"));
        assertThat(decide(acme, "org_globex", "read:report").drift().isEmpty()).isTrue();
        assertThat(decide(global, null, "read:report").drift().isEmpty()).isTrue();
    }

    private static void assertNoRemedy(Decision decision) {
        assertThat(decision.denial()).isEqualTo(Denial.INSUFFICIENT_SCOPE);
        assertThat(decision.grantable()).isEqualTo(Scopes.none());
        assertThat(decision.advice().remedy()).isEqualTo(Remedy.NONE);
    }

    @Test
    void authorizeWhenTheClaimContainsPermissionsOnlyThenAnyNameCounts() {
        tenant.api(FakeAuth0.API, true, "access_token_authz", "RS256", "read:report", "email")
                .role("rol_viewer", "read:report", "email");
        start(tenant.auth0().tokenScopes(TokenScopes.PERMISSIONS));
        AccessToken token = token(tenant.signIn(ALICE, "org_globex", ALL));

        assertThat(denial(token, "org_globex", "email")).isNull();
    }

    // Remedies

    @Test
    void authorizeWhenDemotedThenRefreshAndTheNewTokenIsRight() {
        start(tenant.auth0());
        FakeSignIn session = tenant.signIn(ALICE, "org_acme", ALL);
        AccessToken token = token(session);
        assertThat(denial(token, "org_acme", "write:report")).isNull();

        tenant.member("org_acme", ALICE, "rol_viewer");
        clock.advanceSeconds(PAST_MAX_AGE);
        Decision refused = decide(token, "org_acme", "write:report");
        clock.advanceSeconds(3);

        assertThat(refused.denial()).isEqualTo(Denial.INSUFFICIENT_SCOPE);
        assertThat(refused.drift().demoted()).isEqualTo(Scopes.of("write:report"));
        assertThat(refused.advice().remedy()).isEqualTo(Remedy.REFRESH);
        assertThat(decide(token(session), "org_acme", "read:report").advice().remedy())
                .isEqualTo(Remedy.NONE);
    }

    /** A refresh delivers a promotion if its scope was requested at sign-in; otherwise the user has to sign in again. */
    @ParameterizedTest
    @CsvSource({"true, NONE", "false, RECONSENT"})
    void authorizeWhenPromotedThenRefreshOnceAndThenReconsent(boolean wasRequested, Remedy after) {
        tenant.member("org_acme", ALICE, "rol_viewer");
        start(tenant.auth0());
        FakeSignIn session =
                tenant.signIn(ALICE, "org_acme", wasRequested ? ALL : new String[] {"openid", "read:report"});
        AccessToken token = token(session);
        assertThat(denial(token, "org_acme", "read:report")).isNull();

        tenant.member("org_acme", ALICE, "rol_editor");
        clock.advanceSeconds(PAST_MAX_AGE);
        assertThat(decide(token, "org_acme", "read:report").advice().remedy()).isEqualTo(Remedy.REFRESH);
        clock.advanceSeconds(5);

        AccessToken refreshed = token(session);
        // A grant does not wait for the read that is newer than the token.
        await().atMost(Loopback.PATIENCE)
                .until(
                        () -> decide(refreshed, "org_acme", "read:report")
                                .advice()
                                .remedy(),
                        after::equals);
    }

    @Test
    void authorizeWhenAScopeIsNewThenReconsentAtOnce() {
        start(tenant.auth0());
        AccessToken token = token(tenant.signIn(ALICE, "org_acme", ALL));
        assertThat(denial(token, "org_acme", "read:report")).isNull();

        tenant.role("rol_editor", "read:report", "write:report", "sign:report");
        clock.advanceSeconds(PAST_MAX_AGE);
        Decision decision = decide(token, "org_acme", "read:report");

        assertThat(decision.drift().introduced()).isEqualTo(Scopes.of("sign:report"));
        assertThat(decision.advice().remedy()).isEqualTo(Remedy.RECONSENT);
    }

    /** With permissions as the source, a refresh delivers every promotion. */
    @Test
    void authorizeWhenPermissionsAreTheSourceThenARefreshDeliversPromotions() {
        tenant.api(FakeAuth0.API, true, "access_token_authz", "RS256", "read:report", "write:report")
                .member("org_acme", ALICE, "rol_viewer");
        start(tenant.auth0().tokenScopes(TokenScopes.PERMISSIONS));
        FakeSignIn session = tenant.signIn(ALICE, "org_acme", "openid");
        AccessToken token = token(session);
        assertThat(token.scopes()).isEqualTo(READ);
        assertThat(denial(token, "org_acme", "read:report")).isNull();

        tenant.member("org_acme", ALICE, "rol_editor");
        clock.advanceSeconds(PAST_MAX_AGE);
        Decision promoted = decide(token, "org_acme", "write:report");
        clock.advanceSeconds(5);

        assertThat(promoted.denial()).isEqualTo(Denial.INSUFFICIENT_SCOPE);
        assertThat(promoted.advice().remedy()).isEqualTo(Remedy.REFRESH);
        assertThat(denial(token(session), "org_acme", "write:report")).isNull();
    }

    // Standing

    @Test
    void authorizeWhenBlockedOrExpelledThenDenied() {
        start(tenant.auth0());
        AccessToken acme = token(tenant.signIn(ALICE, "org_acme", ALL));
        AccessToken globex = token(tenant.signIn(ALICE, "org_globex", ALL));
        assertThat(denial(acme, "org_acme", "read:report")).isNull();
        assertThat(denial(globex, "org_globex", "read:report")).isNull();

        tenant.expel("org_acme", ALICE);
        clock.advanceSeconds(PAST_MAX_AGE);
        assertThat(denial(acme, "org_acme", "read:report")).isEqualTo(Denial.NOT_A_MEMBER);
        assertThat(denial(globex, "org_globex", "read:report")).isNull();

        tenant.block(ALICE, true);
        clock.advanceSeconds(PAST_MAX_AGE);
        assertThat(denial(globex, "org_globex", "read:report")).isEqualTo(Denial.SUBJECT_INACTIVE);
    }

    @Test
    void authorizeWhenAMachineLosesAScopeOfItsGrantThenDenied() {
        tenant.grant("machine", "require", false, Set.of("org_acme"), "read:report", "write:report");
        start(tenant.auth0());
        AccessToken token = verify(FakeSignIn.ofMachine(tenant, "machine", "org_acme"));
        assertThat(token.isNonInteractive()).isTrue();
        assertThat(denial(token, "org_acme", "write:report")).isNull();

        tenant.grant("machine", "require", false, Set.of("org_acme"), "read:report");
        clock.advanceSeconds(PAST_MAX_AGE);

        assertThat(denial(token, "org_acme", "write:report")).isEqualTo(Denial.INSUFFICIENT_SCOPE);
        assertThat(denial(token, "org_acme", "read:report")).isNull();
    }

    // Lists with a delay

    /** The token was issued with a role that lists do not show yet, so it is not contradicted until they can. */
    @Test
    void authorizeWhenListsLagBehindThenARightThatWasJustGivenIsNotDenied() {
        tenant.lag(Duration.ofSeconds(8)).member("org_acme", ALICE, "rol_viewer");
        clock.advanceSeconds(20);
        start(tenant.auth0().delay(Duration.ofSeconds(10)));
        AccessToken before = token(tenant.signIn(ALICE, "org_acme", ALL));
        assertThat(denial(before, "org_acme", "read:report")).isNull();
        clock.advanceSeconds(PAST_MAX_AGE);

        tenant.member("org_acme", ALICE, "rol_editor");
        clock.advanceSeconds(1);
        AccessToken token = token(tenant.signIn(ALICE, "org_acme", ALL));

        assertThat(denial(token, "org_acme", "write:report")).isNull();
        tenant.requests();

        for (int second = 0; second < 60; second++) {
            assertThat(denial(token, "org_acme", "write:report"))
                    .as("after %d s", second)
                    .isNull();
            if (second == 8) {
                // Until then, no read could show more.
                assertThat(tenant.requests()).isEmpty();
            }
            clock.advanceSeconds(1);
        }
    }

    @Test
    void authorizeWhenListsLagBehindThenARevocationBindsWithinTheDelay() {
        tenant.lag(Duration.ofSeconds(8));
        clock.advanceSeconds(20);
        start(tenant.auth0().delay(Duration.ofSeconds(10)));
        AccessToken token = token(tenant.signIn(ALICE, "org_acme", ALL));
        assertThat(denial(token, "org_acme", "write:report")).isNull();
        clock.advanceSeconds(20);

        tenant.member("org_acme", ALICE, "rol_viewer");
        int second = 0;
        while (denial(token, "org_acme", "write:report") == null && second < 120) {
            clock.advanceSeconds(1);
            second++;
        }

        assertThat(second).isBetween(8, PAST_MAX_AGE + 8 + 10 + 10);
    }

    // Events

    @Test
    void authorizeWhenAnEventNamesTheMemberThenItBindsAtTheNextRequest() {
        Auth0 auth0 = start(tenant.auth0().eventSecrets(List.of("secret-of-the-stream")));
        EventReceiver events = Objects.requireNonNull(auth0.eventReceiver());
        AccessToken token = token(tenant.signIn(ALICE, "org_acme", ALL));
        assertThat(denial(token, "org_acme", "write:report")).isNull();
        clock.advanceSeconds(2);

        tenant.member("org_acme", ALICE, "rol_viewer");
        events.receive(
                ("{\"specversion\":\"1.0\",\"type\":\"organization.member.role.deleted\",\"id\":\"evt_1\",\"time\":\""
                                + clock.instant() + "\",\"data\":{\"object\":{\"organization\":{\"id\":\"org_acme\"},"
                                + "\"user\":{\"user_id\":\"" + ALICE + "\"}}}}")
                        .getBytes(StandardCharsets.UTF_8),
                "Bearer secret-of-the-stream",
                Objects.requireNonNull(guard)::apply);

        assertThat(denial(token, "org_acme", "write:report")).isEqualTo(Denial.INSUFFICIENT_SCOPE);
    }

    // Wiring

    private Auth0 start(Auth0.Builder builder) {
        Auth0 auth0 = builder.timeout(Loopback.PATIENCE).build();
        tokens = AccessTokenVerifier.builder(auth0, List.of(API))
                .keyTimeout(Loopback.PATIENCE)
                .clock(clock)
                .build();
        CacheSettings usual = CacheSettings.DEFAULT;
        guard = ScopeGuard.builder(auth0)
                .verifier(tokens)
                .cache(new CacheSettings(
                        usual.maxAge(), usual.maxStale(), Loopback.PATIENCE, usual.maxEntries(), usual.idle()))
                .build();
        return auth0;
    }

    private AccessToken token(FakeSignIn session) {
        return verify(session.token());
    }

    private AccessToken verify(String token) {
        return Objects.requireNonNull(tokens).verify(token);
    }

    private @Nullable Denial denial(AccessToken token, @Nullable String organization, String scope) {
        return decide(token, organization, scope).denial();
    }

    private Decision decide(AccessToken token, @Nullable String organization, String scope) {
        RequestedOrganization requested =
                organization == null ? RequestedOrganization.NONE : RequestedOrganization.named(organization);
        return Objects.requireNonNull(guard)
                .authorize(token, new AccessRequest(requested, ScopeRequirement.allOf(API, Scopes.of(scope))));
    }

    private LivePermissions live(AccessToken token, @Nullable String organization, String scope) {
        return Objects.requireNonNull(decide(token, organization, scope).live());
    }
}

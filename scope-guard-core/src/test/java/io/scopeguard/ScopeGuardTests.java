package io.scopeguard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.scopeguard.drift.ScopeDrift;
import io.scopeguard.organization.RequestedOrganization;
import io.scopeguard.permission.CacheSettings;
import io.scopeguard.permission.PermissionCache;
import io.scopeguard.permission.fact.FactExchange;
import io.scopeguard.provider.PermissionChange;
import io.scopeguard.provider.ProviderClock;
import io.scopeguard.provider.ScopeCatalogue;
import io.scopeguard.provider.Standing;
import io.scopeguard.remedy.Remedy;
import io.scopeguard.remedy.RemedyAdvice;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.ScopeRequirement;
import io.scopeguard.scope.Scopes;
import io.scopeguard.scope.WhenUnknown;
import io.scopeguard.testing.InMemoryTenant;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.testing.TestTokens;
import io.scopeguard.time.SteadyClock;
import io.scopeguard.token.AccessToken;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Whole decisions: real tokens, a real cache, a tenant whose permissions change. */
class ScopeGuardTests {

    private static final Scopes NONE = Scopes.none();
    private static final CacheSettings SETTINGS = new CacheSettings(
            Duration.ofSeconds(30), Duration.ofMinutes(5), Duration.ofSeconds(60), 1_000, Duration.ofHours(1));
    private static final MovableClock clock = MovableClock.atNoon();
    private static final TestTokens tokens = new TestTokens(clock);

    private final InMemoryTenant tenant = new InMemoryTenant();
    private final SteadyClock steady = atNoon();
    private final ProviderClock provider = new ProviderClock(steady);
    private final ScopeCatalogue catalogue = new ScopeCatalogue(provider);
    private final PermissionCache cache = new PermissionCache("Test", tenant, steady, SETTINGS, FactExchange.NONE);
    private final ScopeGuard guard = guard(Mode.ENFORCE, WhenUnknown.TRUST_TOKEN);

    private static SteadyClock atNoon() {
        clock.set(MovableClock.NOON);
        return clock.steady();
    }

    private static ScopeCatalogue.Listing listing(String id) {
        return new ScopeCatalogue.Listing(id, null);
    }

    @AfterEach
    void close() {
        cache.close();
    }

    @AfterAll
    static void stop() {
        tokens.close();
    }

    // Organization and kind of token

    @Test
    void authorizeWhenAdminInOneOrganizationAndViewerInAnotherThenAdminOnlyInTheFirst() {
        AccessToken acme = tokens.organization("acme").scopes("read", "delete").verified();
        AccessToken globex = tokens.organization("globex").scopes("read").verified();
        tenant.grant(acme, "read", "delete").grant(globex, "read");

        assertThat(denial(acme, in("acme", "delete"))).isNull();
        assertThat(denial(globex, in("globex", "read"))).isNull();
        assertThat(denial(globex, in("globex", "delete"))).isEqualTo(Denial.INSUFFICIENT_SCOPE);
        assertThat(denial(acme, in("globex", "delete"))).isEqualTo(Denial.ORGANIZATION_MISMATCH);
        assertThat(denial(acme, in("globex", "read"))).isEqualTo(Denial.ORGANIZATION_MISMATCH);
        assertThat(denial(globex, in("acme", "read"))).isEqualTo(Denial.ORGANIZATION_MISMATCH);
    }

    @Test
    void authorizeWhenTokenHasMoreThanIsGrantedThereThenItDoesNotHelp() {
        AccessToken globex =
                tokens.organization("globex").scopes("read", "delete").verified();
        tenant.grant(globex, "read");

        assertThat(denial(globex, in("globex", "delete"))).isEqualTo(Denial.INSUFFICIENT_SCOPE);
    }

    @Test
    void authorizeWhenTokenIsForNoOrganizationThenItNeverSatisfiesOnesRequirement() {
        AccessToken global = tokens.resource().scopes("read", "delete").verified();
        tenant.grant(global, "read", "delete");

        assertThat(denial(global, in("acme", "read"))).isEqualTo(Denial.ORGANIZATION_MISMATCH);
        assertThat(denial(global, ofApi(RequestedOrganization.named("acme"), "read")))
                .isEqualTo(Denial.ORGANIZATION_MISMATCH);
        assertThat(denial(global, ofApi(RequestedOrganization.OF_TOKEN, "read")))
                .isEqualTo(Denial.ORGANIZATION_MISMATCH);
        assertThat(denial(global, new AccessRequest(RequestedOrganization.named("acme"), null)))
                .isEqualTo(Denial.ORGANIZATION_MISMATCH);
        assertThat(denial(global, request(RequestedOrganization.NONE, Audience.ORGANIZATION, "read")))
                .isEqualTo(Denial.WRONG_TOKEN_KIND);
        assertThat(tenant.fetches()).isZero();
    }

    @Test
    void authorizeWhenRequestContradictsItselfThenNoTokenWillDo() {
        AccessToken acme = tokens.organization("acme").scopes("read").verified();
        tenant.grant(acme, "read");

        assertThat(RequestedOrganization.agreeing("acme", "globex")).isEqualTo(RequestedOrganization.CONFLICTING);
        assertThat(RequestedOrganization.agreeing("acme", "acme")).isEqualTo(RequestedOrganization.named("acme"));
        assertThat(RequestedOrganization.agreeing(null, "acme")).isEqualTo(RequestedOrganization.named("acme"));
        assertThat(RequestedOrganization.agreeing("acme", null)).isEqualTo(RequestedOrganization.named("acme"));
        assertThat(RequestedOrganization.agreeing(null, null)).isEqualTo(RequestedOrganization.NONE);
        assertThat(denial(acme, request(RequestedOrganization.CONFLICTING, Audience.ORGANIZATION, "read")))
                .isEqualTo(Denial.ORGANIZATION_MISMATCH);
    }

    @ParameterizedTest
    @EnumSource(RequestedOrganization.Source.class)
    void newOrganizationWhenSourceAndIdDoNotFitThenRejected(RequestedOrganization.Source source) {
        @Nullable String unfit = source == RequestedOrganization.Source.REQUEST ? null : "acme";

        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RequestedOrganization(source, unfit))
                .withMessage("an organization from " + source + (unfit == null ? " needs an id" : " has no id"));
    }

    @ParameterizedTest
    @CsvSource({
        // token, requirement's audience, request is about an organization, granted
        "ORGANIZATION,          organization, true,  true",
        "ORGANIZATION,          api,          true,  false",
        "ORGANIZATION,          api,          false, false",
        "ORGANIZATION_RESOURCE, organization, true,  false",
        "ORGANIZATION_RESOURCE, api,          true,  true",
        "ORGANIZATION_RESOURCE, api,          false, false",
        "RESOURCE,              api,          false, true",
        "RESOURCE,              organization, false, false"
    })
    void authorizeWhenKindIsAnotherThenItNeverSatisfies(String kind, String audience, boolean bound, boolean granted) {
        AccessToken token = switch (kind) {
            case "ORGANIZATION" -> tokens.organization("acme").scopes("read").verified();
            case "ORGANIZATION_RESOURCE" ->
                tokens.organizationResource("acme").scopes("read").verified();
            default -> tokens.resource().scopes("read").verified();
        };
        tenant.grant(token, "read");
        AccessRequest request = request(
                bound ? RequestedOrganization.named("acme") : RequestedOrganization.NONE,
                audience.equals("api") ? TestTokens.API : Audience.ORGANIZATION,
                "read");

        assertThat(denial(token, request)).isEqualTo(granted ? null : Denial.WRONG_TOKEN_KIND);
    }

    @Test
    void authorizeWhenNothingIsRequiredThenAnyTokenOfTheOrganizationWillDo() {
        AccessToken acme = tokens.organization("acme").verified();
        tenant.grant(acme);

        assertThat(denial(acme, new AccessRequest(RequestedOrganization.named("acme"), null)))
                .isNull();
        assertThat(denial(acme, new AccessRequest(RequestedOrganization.NONE, null)))
                .isNull();
    }

    // Drift

    @Test
    void authorizeWhenDemotedThenDeniedWhereItMattersAndToldElsewhere() {
        AccessToken token = tokens.organization("acme").scopes("read", "delete").verified();
        tenant.grant(token, "read");

        Decision denied = guard.authorize(token, in("acme", "delete"));
        Decision granted = guard.authorize(token, in("acme", "read"));

        assertThat(denied.denial()).isEqualTo(Denial.INSUFFICIENT_SCOPE);
        assertThat(denied.grantable()).isEqualTo(NONE);
        assertThat(denied.advice().remedy()).isEqualTo(Remedy.REFRESH);
        assertThat(granted.isGranted()).isTrue();
        assertThat(granted.effective()).isEqualTo(Scopes.of("read"));
        assertThat(granted.drift()).isEqualTo(new ScopeDrift(Scopes.of("delete"), NONE, NONE));
        assertThat(granted.advice())
                .isEqualTo(new RemedyAdvice(Remedy.REFRESH, granted.drift(), false, Duration.ofSeconds(1)));
    }

    @Test
    void authorizeWhenPromotedThenNotGrantedBeforeTheTokenCarriesIt() {
        AccessToken token = tokens.organization("acme").scopes("read").verified();
        tenant.grant(token, "read", "delete");

        Decision decision = guard.authorize(token, in("acme", "delete"));

        assertThat(decision.denial()).isEqualTo(Denial.INSUFFICIENT_SCOPE);
        assertThat(decision.grantable()).isEqualTo(Scopes.of("delete"));
        assertThat(decision.advice())
                .isEqualTo(new RemedyAdvice(
                        Remedy.REFRESH, new ScopeDrift(NONE, Scopes.of("delete"), NONE), false, Duration.ofSeconds(1)));
        AccessToken refreshed =
                tokens.organization("acme").scopes("read", "delete").verified();
        assertThat(denial(refreshed, in("acme", "delete"))).isNull();
    }

    @Test
    void authorizeWhenScopeIsNewThenReconsent() {
        AccessToken token = tokens.organization("acme").scopes("read").verified();
        catalogue.learn(Audience.ORGANIZATION, Map.of("read", listing("1")), steady.nanos());
        clock.advanceSeconds(60);
        catalogue.learn(Audience.ORGANIZATION, Map.of("read", listing("1"), "export", listing("2")), steady.nanos());
        tenant.grant(token, "read", "export");

        assertThat(guard.authorize(token, in("acme", "export")).advice())
                .isEqualTo(new RemedyAdvice(
                        Remedy.RECONSENT,
                        new ScopeDrift(NONE, NONE, Scopes.of("export")),
                        false,
                        Duration.ofSeconds(1)));
    }

    @Test
    void authorizeWhenNobodyGrantedItThenNothingWouldHelp() {
        AccessToken token = tokens.organization("acme").scopes("read").verified();
        tenant.grant(token, "read");

        Decision decision = guard.authorize(token, in("acme", "delete"));

        assertThat(decision.denial()).isEqualTo(Denial.INSUFFICIENT_SCOPE);
        assertThat(decision.grantable()).isEqualTo(NONE);
        assertThat(decision.advice()).isEqualTo(RemedyAdvice.none());
    }

    @Test
    void authorizeWhenNothingDiffersThenNothingIsTold() {
        AccessToken token = tokens.organization("acme").scopes("read").verified();
        tenant.grant(token, "read");

        Decision decision = guard.authorize(token, in("acme", "read"));

        assertThat(decision.drift().isEmpty()).isTrue();
        assertThat(decision.advice()).isEqualTo(RemedyAdvice.none());
        assertThat(decision).hasToString("GRANTED for ORGANIZATION " + token.fingerprint());
    }

    @Test
    void authorizeWhenScopeLeakedInFromAnOrganizationThenItIsNoRightNoDriftAndNoHint() {
        AccessToken token = tokens.resource().scopes("read").verified();
        tenant.grant(token, Scopes.of("read", "write"), NONE);

        Decision decision = guard.authorize(token, ofApi(RequestedOrganization.NONE, "read"));

        assertThat(decision.denial()).isEqualTo(Denial.INSUFFICIENT_SCOPE);
        assertThat(decision.grantable()).isEqualTo(NONE);
        assertThat(decision.drift().isEmpty()).isTrue();
        assertThat(decision.advice()).isEqualTo(RemedyAdvice.none());
    }

    @Test
    void authorizeWhenAllOfThenTokenAndLiveMustContainEach() {
        AccessToken token = tokens.organization("acme").scopes("a", "b").verified();
        tenant.grant(token, "b", "c");

        assertThat(denial(token, in("acme", "b"))).isNull();
        assertThat(denial(token, in("acme", "a", "b"))).isEqualTo(Denial.INSUFFICIENT_SCOPE);
        Decision partly = guard.authorize(token, in("acme", "b", "c"));
        assertThat(partly.grantable()).isEqualTo(Scopes.of("b", "c"));
        assertThat(guard.authorize(token, in("acme", "c", "d")).grantable()).isEqualTo(NONE);
    }

    @Test
    void authorizeWhenAnyOfIsMetByTokenAndByLiveButNotByBothThenDenied() {
        AccessToken token = tokens.organization("acme").scopes("a").verified();
        tenant.grant(token, "b");

        Decision decision = guard.authorize(token, anyOf("a", "b", "c"));

        assertThat(decision.denial()).isEqualTo(Denial.INSUFFICIENT_SCOPE);
        assertThat(decision.effective()).isEqualTo(NONE);
        assertThat(decision.grantable()).isEqualTo(Scopes.of("b"));
        assertThat(decision.advice())
                .isEqualTo(new RemedyAdvice(
                        Remedy.REFRESH,
                        new ScopeDrift(Scopes.of("a"), Scopes.of("b"), NONE),
                        false,
                        Duration.ofSeconds(1)));
    }

    // Modes

    @ParameterizedTest
    @CsvSource({"OBSERVE, NONE", "SIGNAL, REFRESH"})
    void authorizeWhenNotEnforcedThenTheTokenDecides(Mode mode, Remedy told) {
        ScopeGuard lenient = guard(mode, WhenUnknown.DENY);
        AccessToken token = tokens.organization("acme").scopes("read", "delete").verified();
        tenant.grant(token, "read");

        Decision decision = lenient.authorize(token, in("acme", "delete"));

        assertThat(decision.isGranted()).isTrue();
        assertThat(decision.effective()).isEqualTo(Scopes.of("read", "delete"));
        assertThat(decision.drift().demoted()).isEqualTo(Scopes.of("delete"));
        assertThat(decision.advice().remedy()).isEqualTo(told);
        assertThat(lenient.authorize(token, in("acme", "write")).denial()).isEqualTo(Denial.INSUFFICIENT_SCOPE);
    }

    @ParameterizedTest
    @EnumSource(
            value = Mode.class,
            names = {"OBSERVE", "SIGNAL"})
    void authorizeWhenNotEnforcedThenNeitherStandingNorAnOutageDenies(Mode mode) {
        ScopeGuard lenient = guard(mode, WhenUnknown.DENY);
        AccessToken token = tokens.organization("acme").scopes("read").verified();
        tenant.stands(token, Standing.SUSPENDED);

        assertThat(lenient.authorize(token, in("acme", "read")).isGranted()).isTrue();
        tenant.down(true);
        clock.advance(Duration.ofMinutes(6));
        assertThat(lenient.authorize(token, in("acme", "read")).isGranted()).isTrue();
    }

    // Unknown

    @Test
    void authorizeWhenLiveIsUnknownThenTheTokenDecidesUnlessThePolicyDenies() {
        AccessToken token = tokens.organization("acme").scopes("read").verified();
        tenant.down(true);

        Decision trusted = guard.authorize(token, in("acme", "read"));
        assertThat(trusted.isGranted()).isTrue();
        assertThat(trusted.live()).isNull();
        assertThat(trusted.advice()).isEqualTo(RemedyAdvice.none());
        assertThat(guard(Mode.ENFORCE, WhenUnknown.DENY)
                        .authorize(token, in("acme", "read"))
                        .denial())
                .isEqualTo(Denial.PERMISSIONS_UNAVAILABLE);
    }

    @Test
    void authorizeWhenLiveIsUnknownThenTheRequirementsPolicyPrevails() {
        AccessToken token = tokens.organization("acme").scopes("read").verified();
        tenant.down(true);
        ScopeRequirement read = ScopeRequirement.allOf(Audience.ORGANIZATION, Scopes.of("read"));
        RequestedOrganization acme = RequestedOrganization.named("acme");

        assertThat(denial(token, new AccessRequest(acme, read.withWhenUnknown(WhenUnknown.DENY))))
                .isEqualTo(Denial.PERMISSIONS_UNAVAILABLE);
        assertThat(guard(Mode.ENFORCE, WhenUnknown.DENY)
                        .authorize(token, new AccessRequest(acme, read.withWhenUnknown(WhenUnknown.TRUST_TOKEN)))
                        .isGranted())
                .isTrue();
    }

    @Test
    void authorizeWhenLiveIsUnknownAndTokenLacksItThenAllThatIsNeededIsNamed() {
        AccessToken token = tokens.organization("acme").scopes("read").verified();
        tenant.down(true);

        for (WhenUnknown policy : WhenUnknown.values()) {
            Decision decision = guard(Mode.ENFORCE, policy).authorize(token, in("acme", "read", "delete"));
            assertThat(decision.denial()).isEqualTo(Denial.INSUFFICIENT_SCOPE);
            assertThat(decision.grantable()).isEqualTo(Scopes.of("read", "delete"));
            assertThat(decision.advice()).isEqualTo(RemedyAdvice.none());
        }
    }

    @Test
    void authorizeWhenRequirementAsksNowThenAnOutageIsUnknownThoughAReadingIsKnown() {
        AccessToken token = tokens.organization("acme").scopes("read").verified();
        tenant.grant(token, "read");
        assertThat(denial(token, in("acme", "read"))).isNull();
        clock.advanceSeconds(1);
        tenant.down(true);
        ScopeRequirement now = ScopeRequirement.allOf(Audience.ORGANIZATION, Scopes.of("read"))
                .withMaxAge(Duration.ZERO)
                .withWhenUnknown(WhenUnknown.DENY);

        assertThat(denial(token, new AccessRequest(RequestedOrganization.named("acme"), now)))
                .isEqualTo(Denial.PERMISSIONS_UNAVAILABLE);
        assertThat(denial(token, in("acme", "read"))).isNull();
    }

    @Test
    void authorizeWhenARevocationWasSeenThenItBindsThroughAnOutageUpToTheBound() {
        AccessToken token = tokens.organization("acme").scopes("read").verified();
        tenant.grant(token);
        clock.advanceSeconds(10);
        assertThat(denial(token, in("acme", "read"))).isEqualTo(Denial.INSUFFICIENT_SCOPE);
        tenant.down(true);

        clock.advance(Duration.ofMinutes(5));
        assertThat(denial(token, in("acme", "read"))).isEqualTo(Denial.INSUFFICIENT_SCOPE);
    }

    @Test
    void authorizeWhenARevocationWasSeenThenItBindsOlderTokensThroughAnyOutage() {
        AccessToken token = tokens.organization("acme").scopes("read", "write").verified();
        tenant.grant(token, "read");
        clock.advanceSeconds(10);
        assertThat(denial(token, in("acme", "write"))).isEqualTo(Denial.INSUFFICIENT_SCOPE);
        tenant.down(true);
        clock.advance(Duration.ofMinutes(20));

        Decision refused = guard.authorize(token, in("acme", "write"));
        assertThat(refused.denial()).isEqualTo(Denial.INSUFFICIENT_SCOPE);
        assertThat(refused.live()).isNull();
        assertThat(refused.grantable()).isEqualTo(NONE);
        assertThat(refused.advice().remedy()).isEqualTo(Remedy.REFRESH);
        assertThat(refused.advice().drift().demoted()).isEqualTo(Scopes.of("write"));
        Decision granted = guard.authorize(token, in("acme", "read"));
        assertThat(granted.isGranted()).isTrue();
        assertThat(granted.effective()).isEqualTo(Scopes.of("read"));
        AccessToken newer = tokens.organization("acme").scopes("read", "write").verified();
        assertThat(denial(newer, in("acme", "write"))).isNull();
        assertThat(guard(Mode.SIGNAL, WhenUnknown.DENY)
                        .authorize(token, in("acme", "write"))
                        .isGranted())
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource({"NOT_A_MEMBER, NOT_A_MEMBER", "SUSPENDED, SUBJECT_INACTIVE", "UNKNOWN_SUBJECT, SUBJECT_INACTIVE"})
    void authorizeWhenLossOfStandingWasSeenThenItBindsOlderTokensThroughAnyOutage(Standing standing, Denial denial) {
        AccessToken token = tokens.organization("acme").scopes("read").verified();
        tenant.stands(token, standing);
        clock.advanceSeconds(10);
        assertThat(denial(token, in("acme", "read"))).isEqualTo(denial);
        tenant.down(true);
        clock.advance(Duration.ofMinutes(20));

        Decision denied = guard.authorize(token, in("acme", "read"));
        assertThat(denied.denial()).isEqualTo(denial);
        assertThat(denied.advice().remedy()).isEqualTo(denial == Denial.NOT_A_MEMBER ? Remedy.REFRESH : Remedy.NONE);
        assertThat(denial(tokens.organization("acme").scopes("read").verified(), in("acme", "read")))
                .isNull();
    }

    /** The membership in the other organization was never read. */
    @ParameterizedTest
    @EnumSource
    void authorizeWhenSuspensionWasSeenInOneOrganizationThenItBindsInAllThroughAnyOutage(WhenUnknown whenUnknown) {
        AccessToken acme = tokens.organization("acme").scopes("read").verified();
        AccessToken globex = tokens.organization("globex").scopes("read").verified();
        tenant.grant(globex, "read").stands(acme, Standing.SUSPENDED);
        clock.advanceSeconds(10);
        assertThat(denial(acme, in("acme", "read"))).isEqualTo(Denial.SUBJECT_INACTIVE);
        tenant.down(true);
        ScopeGuard strict = guard(Mode.ENFORCE, whenUnknown);

        assertThat(strict.authorize(globex, in("globex", "read")).denial()).isEqualTo(Denial.SUBJECT_INACTIVE);
        clock.advance(Duration.ofMinutes(20));
        assertThat(strict.authorize(globex, in("globex", "read")).denial()).isEqualTo(Denial.SUBJECT_INACTIVE);
        AccessToken newer = tokens.organization("globex").scopes("read").verified();
        assertThat(guard.authorize(newer, in("globex", "read")).isGranted()).isTrue();
    }

    // Young tokens, scopes that may have leaked

    @Test
    void authorizeWhenTheTokenIsYoungThenGrantedWithoutWaiting() {
        provider.answered(httpDate(), steady.nanos(), steady.nanos());
        AccessToken token = tokens.organization("acme").scopes("read").verified();
        tenant.grant(token, "read");
        tenant.down(true);
        Decision decision = guard(Mode.ENFORCE, WhenUnknown.DENY).authorize(token, in("acme", "read"));

        assertThat(decision.denial()).isNull();
        assertThat(decision.live()).isNull();
    }

    /** A gateway's process may be frozen after the answer, so nothing is read in the background. */
    @Test
    void authorizeWhenTheTokenIsYoungAndAGatewayAsksThenNothingIsRead() {
        provider.answered(httpDate(), steady.nanos(), steady.nanos());
        AccessToken token = tokens.organization("acme").scopes("read").verified();
        tenant.grant(token, "read");
        Decision decision = guard.authorize(token, in("acme", "read").forGateway());

        assertThat(decision.denial()).isNull();
        assertThat(cache.active()).isZero();
        assertThat(tenant.fetches()).isZero();
    }

    @Test
    void authorizeWhenTheTokenIsNotYoungAnyMoreThenRead() {
        provider.answered(httpDate(), steady.nanos(), steady.nanos());
        AccessToken token = tokens.organization("acme").scopes("read").verified();
        clock.advanceSeconds(40);
        tenant.grant(token, "read");

        assertThat(guard.authorize(token, in("acme", "read")).live()).isNotNull();
    }

    @Test
    void authorizeWhenALossWasReportedAfterTheYoungTokenThenRead() {
        provider.answered(httpDate(), steady.nanos(), steady.nanos());
        AccessToken token = tokens.organization("acme").scopes("read").verified();
        tenant.grant(token, "read");
        clock.advanceSeconds(5);
        cache.apply(new PermissionChange.OfSubject(token.subject()));

        assertThat(guard.authorize(token, in("acme", "read")).live()).isNotNull();
    }

    @Test
    void authorizeWhenMaxAgeIsZeroThenYoungTokenDoesNotCountAsRead() {
        provider.answered(httpDate(), steady.nanos(), steady.nanos());
        AccessToken token = tokens.organization("acme").scopes("read").verified();
        tenant.grant(token, "read");
        AccessRequest now = new AccessRequest(
                RequestedOrganization.named("acme"),
                ScopeRequirement.allOf(Audience.ORGANIZATION, Scopes.of("read")).withMaxAge(Duration.ZERO));

        assertThat(guard.authorize(token, now).live()).isNotNull();
    }

    @Test
    void authorizeWhenAScopeMayHaveLeakedAndNothingIsKnownThenUnavailable() {
        AccessToken global = tokens.resource().scopes("read").verified();
        tenant.grant(global, "read");
        tenant.down(true);

        assertThat(denial(global, ofApi(RequestedOrganization.NONE, "read"))).isEqualTo(Denial.PERMISSIONS_UNAVAILABLE);
    }

    @Test
    void authorizeWhenTheLastKnownHoldingHasTheScopeThenItDecides() {
        AccessToken global = tokens.resource().scopes("read", "leaked").verified();
        clock.advanceSeconds(10);
        tenant.grant(global, Scopes.of("read", "leaked"), Scopes.of("read"));
        assertThat(denial(global, ofApi(RequestedOrganization.NONE, "read"))).isNull();
        tenant.down(true);
        clock.advance(Duration.ofMinutes(10));

        assertThat(denial(global, ofApi(RequestedOrganization.NONE, "read"))).isNull();
        assertThat(denial(global, ofApi(RequestedOrganization.NONE, "leaked"))).isEqualTo(Denial.INSUFFICIENT_SCOPE);
    }

    private static String httpDate() {
        return DateTimeFormatter.RFC_1123_DATE_TIME.format(clock.instant().atOffset(ZoneOffset.UTC));
    }

    // Further reads

    @Test
    void authorizeWhenTokenIsNewerThanTheSnapshotThenItIsJudgedOnANewerRead() {
        AccessToken before = tokens.organization("acme").scopes("read", "old").verified();
        tenant.grant(before, "read");
        assertThat(denial(before, in("acme", "read"))).isNull();
        clock.advanceSeconds(10);
        tenant.grant(before, "read", "delete");
        AccessToken refreshed =
                tokens.organization("acme").scopes("read", "delete").verified();

        assertThat(denial(refreshed, in("acme", "delete"))).isNull();
        assertThat(tenant.fetches()).isEqualTo(3);
    }

    @Test
    void authorizeWhenTokenIsOlderThanTheSnapshotThenNoFurtherRead() {
        AccessToken token = tokens.organization("acme").scopes("read", "delete").verified();
        tenant.grant(token, "read");
        clock.advanceSeconds(6);

        assertThat(denial(token, in("acme", "delete"))).isEqualTo(Denial.INSUFFICIENT_SCOPE);
        clock.advanceSeconds(5);
        assertThat(denial(token, in("acme", "delete"))).isEqualTo(Denial.INSUFFICIENT_SCOPE);
        assertThat(tenant.fetches()).isEqualTo(2);
    }

    @Test
    void authorizeWhenFurtherReadWasMadeThenNoThird() {
        AccessToken before = tokens.organization("acme").scopes("read", "old").verified();
        tenant.grant(before, "read");
        guard.authorize(before, in("acme", "read"));
        clock.advanceSeconds(2);
        AccessToken token = tokens.organization("acme").scopes("read", "delete").verified();

        for (int i = 0; i < 4; i++) {
            assertThat(denial(token, in("acme", "delete"))).isEqualTo(Denial.INSUFFICIENT_SCOPE);
            clock.advanceSeconds(2);
        }
        assertThat(tenant.fetches()).isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource({"-10, 2", "10, 3"})
    void authorizeWhenTheProvidersClockDiffersThenTheTokensAgeIsByIt(int offset, int fetches) {
        // By our clock, the token is four seconds older than the read. By the provider's clock, the offset is added.
        provider.answered(
                DateTimeFormatter.RFC_1123_DATE_TIME.format(
                        clock.instant().plusSeconds(-offset).atOffset(ZoneOffset.UTC)),
                steady.nanos(),
                steady.nanos());
        AccessToken token = tokens.organization("acme").scopes("read", "delete").verified();
        clock.advanceSeconds(4);
        AccessToken first = tokens.organization("acme").scopes("old").verified();
        tenant.grant(token, "read");
        guard.authorize(first, in("acme", "read"));
        clock.advanceSeconds(4);

        assertThat(denial(token, in("acme", "delete"))).isEqualTo(Denial.INSUFFICIENT_SCOPE);
        assertThat(tenant.fetches()).isEqualTo(fetches);
    }

    @Test
    void authorizeWhenTokenIsNewerThanTheLossThenDeniedWithoutAHint() {
        AccessToken before = tokens.organization("acme").scopes("read").verified();
        tenant.grant(before, "read");
        guard.authorize(before, in("acme", "read"));
        clock.advanceSeconds(6);
        AccessToken token = tokens.organization("acme").scopes("read", "delete").verified();

        Decision decision = guard.authorize(token, in("acme", "delete"));

        assertThat(decision.denial()).isEqualTo(Denial.INSUFFICIENT_SCOPE);
        assertThat(decision.drift().demoted()).isEqualTo(Scopes.of("delete"));
        assertThat(decision.advice()).isEqualTo(RemedyAdvice.none());
    }

    @Test
    void authorizeWhenFurtherReadFailsThenUnknownRatherThanDenied() {
        AccessToken before = tokens.organization("acme").scopes("read").verified();
        tenant.grant(before, "read");
        guard.authorize(before, in("acme", "read"));
        clock.advanceSeconds(2);
        tenant.down(true);
        AccessToken refreshed =
                tokens.organization("acme").scopes("read", "delete").verified();

        assertThat(denial(refreshed, in("acme", "delete"))).isNull();
        clock.advance(Duration.ofMillis(100));
        assertThat(denial(refreshed, in("acme", "delete"))).isNull();
    }

    // Standing

    @ParameterizedTest
    @CsvSource({
        "NOT_A_MEMBER, NOT_A_MEMBER, REFRESH",
        "SUSPENDED, SUBJECT_INACTIVE, NONE",
        "UNKNOWN_SUBJECT, SUBJECT_INACTIVE, NONE"
    })
    void authorizeWhenStandingIsLostThenDenied(Standing standing, Denial denial, Remedy remedy) {
        AccessToken token = tokens.organization("acme").scopes("read").verified();
        tenant.stands(token, standing);

        Decision decision = guard.authorize(token, in("acme", "read"));

        assertThat(decision.denial()).isEqualTo(denial);
        assertThat(decision.effective()).isEqualTo(NONE);
        assertThat(decision.advice().remedy()).isEqualTo(remedy);
        assertThat(denial(token, new AccessRequest(RequestedOrganization.named("acme"), null)))
                .isEqualTo(denial);
    }

    @Test
    void authorizeWhenSuspendedThenDeniedOutsideOfOrganizationsToo() {
        AccessToken token = tokens.resource().scopes("read").verified();
        tenant.stands(token, Standing.SUSPENDED);

        assertThat(denial(token, ofApi(RequestedOrganization.NONE, "read"))).isEqualTo(Denial.SUBJECT_INACTIVE);
        assertThat(denial(token, new AccessRequest(RequestedOrganization.NONE, null)))
                .isEqualTo(Denial.SUBJECT_INACTIVE);
    }

    @Test
    void authorizeWhenNonInteractiveThenNeverAskedForConsent() {
        AccessToken agent =
                tokens.organization("acme").application("agent").scopes("read").verified();
        catalogue.learn(Audience.ORGANIZATION, Map.of("read", listing("1")), steady.nanos());
        clock.advanceSeconds(60);
        catalogue.learn(Audience.ORGANIZATION, Map.of("read", listing("1"), "export", listing("2")), steady.nanos());
        tenant.grant(agent, "read", "export");

        assertThat(guard.authorize(agent, in("acme", "read")).advice()).isEqualTo(RemedyAdvice.none());
        assertThat(guard.authorize(agent, in("acme", "export")).advice().remedy())
                .isEqualTo(Remedy.REFRESH);
    }

    @Test
    void settingsWhenContradictoryThenRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ScopeGuardSettings(
                        Mode.ENFORCE, Duration.ofSeconds(30), Duration.ofSeconds(29), WhenUnknown.DENY));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ScopeGuardSettings(
                        Mode.ENFORCE, Duration.ofSeconds(-1), Duration.ofSeconds(29), WhenUnknown.DENY));
    }

    private ScopeGuard guard(Mode mode, WhenUnknown policy) {
        return TestGuards.of(tokens, cache, catalogue, provider, mode, policy);
    }

    private @Nullable Denial denial(AccessToken token, AccessRequest request) {
        return guard.authorize(token, request).denial();
    }

    private static AccessRequest in(String organization, String... scopes) {
        return request(RequestedOrganization.named(organization), Audience.ORGANIZATION, scopes);
    }

    private static AccessRequest ofApi(RequestedOrganization organization, String... scopes) {
        return request(organization, TestTokens.API, scopes);
    }

    private static AccessRequest anyOf(String... scopes) {
        return new AccessRequest(
                RequestedOrganization.named("acme"), ScopeRequirement.anyOf(Audience.ORGANIZATION, Scopes.of(scopes)));
    }

    private static AccessRequest request(RequestedOrganization organization, Audience audience, String... scopes) {
        return new AccessRequest(organization, ScopeRequirement.allOf(audience, Scopes.of(scopes)));
    }
}

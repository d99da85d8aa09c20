package io.scopeguard.remedy;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.drift.ClientPolicy;
import io.scopeguard.drift.Clients;
import io.scopeguard.drift.ScopeDrift;
import io.scopeguard.drift.TokenTraits;
import io.scopeguard.drift.WatchedScopes;
import io.scopeguard.permission.PermissionKey;
import io.scopeguard.provider.ProviderClock;
import io.scopeguard.provider.RefreshDelivery;
import io.scopeguard.provider.Subject;
import io.scopeguard.scope.Scopes;
import io.scopeguard.testing.LogEvents;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.testing.TestTokens;
import io.scopeguard.time.SteadyClock;
import io.scopeguard.token.AccessToken;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The rules by their numbers in the package description, with real tokens and a history that the test writes. */
class RemedyAdvisorTests {

    private static final Scopes NONE = Scopes.none();
    private static final RemedyAdvice NOTHING = RemedyAdvice.none();
    private static final Duration MAX_AGE = Duration.ofSeconds(30);

    private static final MovableClock wall = MovableClock.atNoon();
    private static final TestTokens tokens = new TestTokens(wall);

    private final Reported reported = new Reported();
    private final Clients clients = new Clients(
            ClientPolicy.watching(WatchedScopes.all()),
            Map.of(
                    "batch", new ClientPolicy(WatchedScopes.all(), true, false),
                    "partner", new ClientPolicy(WatchedScopes.all(), false, true)));

    private SteadyClock clock;
    private ProviderClock provider;
    private RemedyAdvisor advisor;
    private RecordedHistory history;

    @BeforeEach
    void noon() {
        wall.set(MovableClock.NOON);
        clock = wall.steady();
        provider = new ProviderClock(clock);
        advisor = advisor(RefreshDelivery.IF_REQUESTED);
        history = new RecordedHistory(clock);
    }

    @AfterAll
    static void stop() {
        tokens.close();
    }

    @Test
    void adviceWhenNoDriftThenNothing() {
        assertThat(granted(token(), ScopeDrift.none())).isEqualTo(NOTHING);
        assertThat(refused(token(), ScopeDrift.none())).isEqualTo(NOTHING);
        assertThat(reported.asked).isEmpty();
    }

    // Rule 1: demoted

    @Test
    void rule1WhenDemotedThenRefreshHoweverOften() {
        AccessToken token = token();
        wall.advanceSeconds(10);
        history.loses("delete");
        wall.advanceSeconds(10);

        for (int i = 0; i < 3; i++) {
            assertThat(granted(token, demoted("delete"))).isEqualTo(refresh(demoted("delete")));
            assertThat(refused(token, demoted("delete"))).isEqualTo(refresh(demoted("delete")));
            wall.advanceSeconds(31);
        }
        assertThat(reported.asked).containsExactly(Remedy.REFRESH);
    }

    @Test
    void rule1WhenIssuedAfterTheLossThenTheHintStopsAndOperatorsAreTold() {
        history.loses("delete");
        wall.advanceSeconds(1);
        AccessToken token = token();

        try (LogEvents log = LogEvents.capture()) {
            for (int i = 0; i < 3; i++) {
                assertThat(granted(token, demoted("delete"))).isEqualTo(NOTHING);
                assertThat(refused(token, demoted("delete"))).isEqualTo(NOTHING);
            }
            assertThat(granted(token(), demoted("delete"))).isEqualTo(NOTHING);
            assertThat(log.messages())
                    .singleElement()
                    .asString()
                    .contains("delete")
                    .doesNotContain("alice", "acme", token.fingerprint());
        }
        assertThat(reported.disagreements).isEqualTo(2);
    }

    @Test
    void rule1WhenItCannotBeDecidedThenStillRefresh() {
        wall.advance(Duration.ofMillis(500));
        history.loses("delete");

        assertThat(granted(token(), demoted("delete")).remedy()).isEqualTo(Remedy.REFRESH);
    }

    @Test
    void rule1WhenOneOfTwoIsDisputedThenOnlyTheOtherIsNamed() {
        history.loses("delete");
        wall.advanceSeconds(1);
        AccessToken token = token();
        wall.advanceSeconds(10);
        history.loses("write");
        wall.advanceSeconds(5);

        assertThat(granted(token, demoted("delete", "write"))).isEqualTo(refresh(demoted("write")));
    }

    // Rule 2: new

    @Test
    void rule2WhenNewThenReconsent() {
        AccessToken token = token();
        wall.advanceSeconds(5);
        history.gains("export");
        wall.advanceSeconds(5);

        assertThat(granted(token, introduced("export"))).isEqualTo(reconsent(introduced("export")));
        assertThat(refused(token, introduced("export"))).isEqualTo(reconsent(introduced("export")));
        assertThat(reported.asked).containsExactly(Remedy.RECONSENT);
    }

    @Test
    void rule2WhenARefreshDeliversEverythingThenRefresh() {
        advisor = advisor(RefreshDelivery.ALWAYS);
        AccessToken token = token();
        wall.advanceSeconds(5);
        history.gains("export");
        wall.advanceSeconds(5);

        assertThat(granted(token, introduced("export"))).isEqualTo(refresh(introduced("export")));
        assertThat(refused(token(), introduced("export"))).isEqualTo(NOTHING);
    }

    // Rule 3: promoted, and the token is older

    @Test
    void rule3WhenThePromotionWasObservedThenRefreshOnEachOlderDevice() {
        AccessToken phone = token();
        AccessToken laptop = token();
        promote("write");

        assertThat(granted(phone, promoted("write"))).isEqualTo(refresh(promoted("write")));
        assertThat(granted(laptop, promoted("write"))).isEqualTo(refresh(promoted("write")));
    }

    @Test
    void rule3WhenFirstLookAtAnOldTokenThenRefreshOnceAndNothingForItsSuccessors() {
        AccessToken old = token();
        wall.advance(MAX_AGE.plusSeconds(2));
        history = new RecordedHistory(clock).shows("write");
        wall.advanceSeconds(5);

        assertThat(granted(old, promoted("write"))).isEqualTo(refresh(promoted("write")));
        for (int i = 0; i < 50; i++) {
            wall.advance(Duration.ofMinutes(20));
            assertThat(granted(token(), promoted("write"))).isEqualTo(NOTHING);
        }
        assertThat(reported.asked).containsExactly(Remedy.REFRESH);
    }

    @Test
    void rule3WhenFirstLookAtAYoungTokenThenNothingOnGrantedAndRefreshOnDenied() {
        AccessToken young = token();
        wall.advanceSeconds(10);
        history = new RecordedHistory(clock).shows("write");
        wall.advanceSeconds(5);

        assertThat(granted(young, promoted("write"))).isEqualTo(NOTHING);
        assertThat(refused(young, promoted("write"))).isEqualTo(refresh(promoted("write")));
    }

    @Test
    void rule3WhenRecordsMayBeLostThenNothingOnGranted() {
        AccessToken old = token();
        wall.advance(Duration.ofMinutes(5));
        history = new RecordedHistory(clock).shows("write").forgets();
        wall.advanceSeconds(5);

        assertThat(granted(old, promoted("write"))).isEqualTo(NOTHING);
        assertThat(refused(old, promoted("write"))).isEqualTo(refresh(promoted("write")));
    }

    @Test
    void rule3WhenIssuedInAGapThenItCountsAsOlderOnDeniedAndNothingOnGranted() {
        promote("write");
        AccessToken inGap = token();
        wall.advance(Duration.ofMinutes(10));
        history.resumes("write");
        wall.advanceSeconds(5);

        assertThat(granted(inGap, promoted("write"))).isEqualTo(NOTHING);
        assertThat(refused(inGap, promoted("write"))).isEqualTo(refresh(promoted("write")));
        assertThat(refused(token(), promoted("write"))).isEqualTo(reconsent(promoted("write")));
    }

    // Rule 4: promoted, and the token is newer

    @Test
    void rule4WhenObservedAndAskedThenReconsentForTheNextToken() {
        AccessToken first = token();
        promote("write");
        assertThat(granted(first, promoted("write"))).isEqualTo(refresh(promoted("write")));
        wall.advanceSeconds(1);

        assertThat(granted(token(), promoted("write"))).isEqualTo(reconsent(promoted("write")));
        assertThat(reported.asked).containsExactly(Remedy.REFRESH, Remedy.RECONSENT);
    }

    @Test
    void rule4WhenAProcessThatKnowsTheProvidersClockBetterAskedFirstThenItsWaitIsEnough() {
        List<RecordedAsk> told = new ArrayList<>();
        AskExchange exchange = told::add;
        RemedyAdvisor exact = uncertain(Duration.ZERO, exchange);
        RemedyAdvisor vague = uncertain(Duration.ofMillis(900), AskExchange.NONE);
        RemedyAdvisor unaware = uncertain(Duration.ofMillis(900), AskExchange.NONE);
        AccessToken first = token();
        promoteAt(Duration.ofMillis(10_300));
        RemedyAdvice refresh = exact.onDenied(first, finding(first, promoted("write")));
        assertThat(refresh.remedy()).isEqualTo(Remedy.REFRESH);
        wall.advance(refresh.after());
        AccessToken second = token();
        assertThat(unaware.onDenied(second, finding(second, promoted("write"))).remedy())
                .isEqualTo(Remedy.REFRESH);

        told.forEach(vague::learn);

        assertThat(vague.onDenied(second, finding(second, promoted("write"))).remedy())
                .isEqualTo(Remedy.RECONSENT);
    }

    @Test
    void rule4WhenReadsWereInterruptedAfterTheAskThenItProvesNothing() {
        List<RecordedAsk> told = new ArrayList<>();
        AskExchange exchange = told::add;
        RemedyAdvisor exact = uncertain(Duration.ZERO, exchange);
        RemedyAdvisor vague = uncertain(Duration.ofMillis(900), AskExchange.NONE);
        AccessToken first = token();
        promoteAt(Duration.ofMillis(10_300));
        wall.advance(exact.onDenied(first, finding(first, promoted("write"))).after());
        AccessToken second = token();
        told.forEach(vague::learn);
        wall.advanceSeconds(600);
        history.resumes("write");

        assertThat(vague.onDenied(second, finding(second, promoted("write"))).remedy())
                .isEqualTo(Remedy.REFRESH);
    }

    @Test
    void rule4WhenAnotherProcessAskedAfterAnEarlierGainThenRefreshComesFirstAgain() {
        List<RecordedAsk> told = new ArrayList<>();
        AskExchange exchange = told::add;
        RemedyAdvisor other = uncertain(Duration.ZERO, exchange);
        AccessToken first = token();
        promote("write");
        other.onDenied(first, finding(first, promoted("write")));
        told.forEach(advisor::learn);
        history.loses("write");
        wall.advanceSeconds(30);
        AccessToken second = token();
        promote("write");

        assertThat(granted(second, promoted("write"))).isEqualTo(refresh(promoted("write")));
        wall.advanceSeconds(1);
        assertThat(granted(token(), promoted("write"))).isEqualTo(reconsent(promoted("write")));
    }

    /** An advisor that knows the provider's clock within these bounds. */
    private RemedyAdvisor uncertain(Duration uncertainty, AskExchange exchange) {
        ProviderClock known = new ProviderClock(clock);
        long now = clock.nanos();
        long difference = TimeUnit.SECONDS.toNanos(wall.instant().getEpochSecond()) - now;
        known.narrow(new ProviderClock.Bounds(difference, difference + uncertainty.toNanos(), now));
        return new RemedyAdvisor(clients, known, kind -> RefreshDelivery.IF_REQUESTED, MAX_AGE, reported, exchange);
    }

    @Test
    void rule4WhenThisClientWasNotAskedThenNothingOnGranted() {
        AccessToken first = token();
        promote("write");
        granted(first, promoted("write"));
        AccessToken other =
                tokens.organization("acme").client("other").scopes("read").verified();

        assertThat(granted(other, promoted("write"))).isEqualTo(NOTHING);
        assertThat(refused(other, promoted("write"))).isEqualTo(reconsent(promoted("write")));
    }

    @Test
    void rule4WhenItWasLostAndGainedAgainThenRefreshComesFirstAgain() {
        AccessToken first = token();
        promote("write");
        granted(first, promoted("write"));
        wall.advanceSeconds(10);
        history.loses("write");
        wall.advanceSeconds(10);
        AccessToken second = token();
        promote("write");

        assertThat(granted(second, promoted("write"))).isEqualTo(refresh(promoted("write")));
    }

    @Test
    void rule4WhenAskedAsNewThenItCountsAsAsked() {
        AccessToken first = token();
        promote("export");
        assertThat(granted(first, introduced("export"))).isEqualTo(reconsent(introduced("export")));
        wall.advance(Duration.ofMinutes(5));

        assertThat(granted(token(), promoted("export"))).isEqualTo(reconsent(promoted("export")));
    }

    @Test
    void rule4WhenARefreshNeverDeliversThenReconsentWithoutARefresh() {
        advisor = advisor(RefreshDelivery.NEVER);
        AccessToken first = token();
        promote("write");

        assertThat(granted(first, promoted("write"))).isEqualTo(reconsent(promoted("write")));
    }

    @Test
    void rule4WhenManyLackAScopeOnPurposeThenEachIsAskedOnceAndNeverAgain() {
        AccessToken old = token();
        wall.advance(Duration.ofMinutes(2));
        for (int user = 0; user < 300; user++) {
            history = new RecordedHistory(clock).shows("write");
            wall.advanceSeconds(2);
            assertThat(granted(old, promoted("write")).remedy()).isEqualTo(Remedy.REFRESH);
            assertThat(granted(token(), promoted("write"))).isEqualTo(NOTHING);
        }
    }

    // Rule 5: consent is asked for rarely

    @Test
    void rule5WhenConsentWasAskedThenNotAgainForTheSameToken() {
        AccessToken token = token();
        promote("export");
        granted(token, introduced("export"));
        wall.advanceSeconds(29);
        assertThat(granted(token, introduced("export"))).isEqualTo(reconsent(introduced("export")));
        wall.advanceSeconds(1);

        assertThat(granted(token, introduced("export"))).isEqualTo(NOTHING);
        wall.advance(Duration.ofMinutes(50));
        assertThat(granted(token, introduced("export"))).isEqualTo(NOTHING);
        assertThat(refused(token, introduced("export"))).isEqualTo(reconsent(introduced("export")));
    }

    @Test
    void rule5WhenConsentIsNotGivenThenThreeHintsWithDoublingPauses() {
        AccessToken token = token();
        promote("export");
        assertThat(granted(token, introduced("export"))).isEqualTo(reconsent(introduced("export")));

        for (int minutes : new int[] {5, 10}) {
            wall.advance(Duration.ofMinutes(minutes).minusSeconds(1));
            assertThat(granted(token(), promoted("export"))).isEqualTo(NOTHING);
            wall.advanceSeconds(1);
            assertThat(granted(token(), promoted("export"))).isEqualTo(reconsent(promoted("export")));
        }
        for (int i = 0; i < 60; i++) {
            wall.advance(Duration.ofMinutes(30));
            assertThat(granted(token(), promoted("export"))).isEqualTo(NOTHING);
            assertThat(refused(token(), promoted("export"))).isEqualTo(reconsent(promoted("export")));
        }
    }

    @Test
    void rule5WhenDevicesOfOneClientTakeTurnsThenEachTokenIsAskedOnce() {
        AccessToken phone = token();
        AccessToken laptop = token();
        promote("export");
        assertThat(granted(phone, introduced("export"))).isEqualTo(reconsent(introduced("export")));
        wall.advance(Duration.ofMinutes(5));
        assertThat(granted(laptop, introduced("export"))).isEqualTo(reconsent(introduced("export")));
        assertThat(granted(phone, introduced("export"))).isEqualTo(NOTHING);

        for (int i = 0; i < 4; i++) {
            wall.advance(Duration.ofMinutes(10));
            assertThat(granted(phone, introduced("export"))).isEqualTo(NOTHING);
            assertThat(granted(laptop, introduced("export"))).isEqualTo(NOTHING);
        }
    }

    @Test
    void rule5WhenADenialAskedInThePauseThenNoHintAboutTheSameTokenAfterIt() {
        AccessToken phone = token();
        AccessToken laptop = token();
        promote("export");
        granted(phone, introduced("export"));
        wall.advanceSeconds(60);
        assertThat(refused(laptop, introduced("export"))).isEqualTo(reconsent(introduced("export")));

        wall.advance(Duration.ofMinutes(4));
        assertThat(granted(laptop, introduced("export"))).isEqualTo(NOTHING);
        assertThat(granted(token(), promoted("export"))).isEqualTo(reconsent(promoted("export")));
    }

    @Test
    void rule5WhenASuppressedScopeIsMissingTooThenItIsNotListed() {
        AccessToken token = token();
        promote("export");
        granted(token, introduced("export"));
        wall.advanceSeconds(40);
        promote("write");

        assertThat(granted(token, new ScopeDrift(NONE, Scopes.of("write"), Scopes.of("export"))))
                .isEqualTo(refresh(promoted("write")));
    }

    @Test
    void rule5WhenAsksWereForgottenForLackOfSpaceThenFewerHintsNeverMore() {
        AskMemory memory = new AskMemory(clock, 4);
        try (LogEvents log = LogEvents.capture()) {
            for (int i = 0; i < 40; i++) {
                AccessToken token = tokens.organization("acme")
                        .subject("user-" + i)
                        .scopes("read")
                        .verified();
                memory.update(token, "write", PriorAsk.refresh(1, wall.instant()), ask -> ask);
            }
            assertThat(log.messages()).hasSize(1);
        }

        assertThat(memory.mayHaveForgotten()).isTrue();
        wall.advance(Duration.ofHours(25));
        assertThat(memory.mayHaveForgotten()).isFalse();
    }

    @Test
    void rule5WhenTheClientsOfManyUsersWereAskedThenFewerHintsNeverMore() {
        AccessToken token = token();
        promote("export");
        assertThat(granted(token, introduced("export")).remedy()).isEqualTo(Remedy.RECONSENT);
        for (int i = 0; i < 200_000; i++) {
            Subject user = new Subject(Subject.Type.USER, "user-" + i);
            advisor.learn(new RecordedAsk(
                    token.issuer(),
                    new PermissionKey(user, "acme", token.audience()),
                    token.clientId(),
                    "export",
                    1,
                    wall.instant().getEpochSecond(),
                    Duration.ofHours(1),
                    null));
        }
        wall.advanceSeconds(60);

        // Whether or not the ask is still remembered, its pause is not over.
        assertThat(granted(token(), introduced("export")).remedy()).isEqualTo(Remedy.NONE);
        assertThat(refused(token(), introduced("export")).remedy()).isEqualTo(Remedy.RECONSENT);
    }

    @Test
    void rule5WhenManyAsksAreRememberedThenNoMoreThanTheMaximum() {
        AskMemory memory = new AskMemory(clock, AskExchange.NONE);
        AccessToken token = token();
        for (int i = 0; i < 200_000; i++) {
            memory.update(token, "scope-" + i, PriorAsk.refresh(1, wall.instant()), ask -> ask);
        }

        assertThat(memory.asks()).hasSize(100_000);
    }

    // Rule 7: clients without a user, and third parties

    @Test
    void rule7WhenNobodyCanConsentThenDemotionsOnGrantedAndRefreshOnDenied() {
        for (TestTokens.Token machine : List.of(
                tokens.organization("acme").application("agent"),
                tokens.organization("acme")
                        .with("act", Map.of("sub", "support"))
                        .subject("carol"),
                tokens.organization("acme").client("batch").subject("dave"))) {
            AccessToken token = machine.scopes("read", "delete").verified();
            wall.advanceSeconds(5);
            history.gains("write").gains("export").loses("delete");
            wall.advanceSeconds(5);

            assertThat(granted(token, promoted("write"))).isEqualTo(NOTHING);
            assertThat(granted(token, introduced("export"))).isEqualTo(NOTHING);
            assertThat(granted(token, new ScopeDrift(Scopes.of("delete"), Scopes.of("write"), NONE)))
                    .isEqualTo(refresh(demoted("delete")));
            for (int i = 0; i < 3; i++) {
                assertThat(refused(token, promoted("write"))).isEqualTo(refresh(promoted("write")));
                wall.advance(Duration.ofMinutes(1));
            }
        }
    }

    @Test
    void rule7WhenThirdPartyThenItIsToldHowManyScopesItsTokenLacks() {
        AccessToken token =
                tokens.organization("acme").client("partner").scopes("read").verified();
        promote("write");

        assertThat(granted(token, promoted("write")).onlyCountsMissing()).isTrue();
        assertThat(refused(token, promoted("write")).onlyCountsMissing()).isTrue();
    }

    // Rule 8: the provider's time

    @Test
    void rule8WhenTheChangeIsRecentThenTheWaitMakesTheNextTokenCertainlyNewer() {
        answered(0);
        AccessToken token = token();
        promoteAt(Duration.ofMillis(10_400));

        for (int millis = 0; millis < 3_000; millis += 110) {
            RemedyAdvice advice = granted(token, promoted("write"));
            assertThat(advice.remedy()).isEqualTo(Remedy.REFRESH);
            assertThat(advice.after()).isLessThanOrEqualTo(ProviderClock.MAX_WAIT);
            AccessToken next = tokens.organization("acme")
                    .scopes("read")
                    .issuedAt(wall.instant().plus(advice.after()))
                    .verified();
            assertThat(provider.compare(
                            next.issuedAt(), history.heldSince("write").orElseThrow()))
                    .isEqualTo(ProviderClock.Order.AFTER);
            wall.advance(Duration.ofMillis(110));
        }
        assertThat(granted(token, promoted("write")).after()).isZero();
    }

    @Test
    void rule8WhenThreeSecondsCannotMakeItCertainThenNoRefreshOnGranted() {
        AccessToken token = token();
        wall.step(Duration.ofMinutes(10));
        history = new RecordedHistory(clock).gains("write");

        assertThat(granted(token, promoted("write"))).isEqualTo(NOTHING);
        assertThat(refused(token, promoted("write")).after()).isEqualTo(ProviderClock.MAX_WAIT);
    }

    @Test
    void rule8WhenTheProvidersClockDiffersThenTokensAreComparedByItsTime() {
        for (int offset : new int[] {-10, 10}) {
            noon();
            answered(offset);
            AccessToken first = issued(offset);
            wall.advanceSeconds(30);
            AccessToken otherDevice = issued(offset);
            promote("write");

            assertThat(granted(first, promoted("write"))).isEqualTo(refresh(promoted("write")));
            assertThat(granted(otherDevice, promoted("write"))).isEqualTo(refresh(promoted("write")));
            assertThat(granted(issued(offset), promoted("write"))).isEqualTo(reconsent(promoted("write")));
        }
    }

    // Rule 9: the strongest remedy

    @Test
    void rule9WhenOneScopeNeedsConsentThenReconsentNamesAll() {
        AccessToken token = token();
        wall.advanceSeconds(10);
        history.gains("write").gains("export").loses("delete");
        wall.advanceSeconds(5);
        ScopeDrift drift = new ScopeDrift(Scopes.of("delete"), Scopes.of("write"), Scopes.of("export"));

        assertThat(granted(token, drift)).isEqualTo(reconsent(drift));
        wall.advanceSeconds(60);
        assertThat(granted(token(), promoted("write"))).isEqualTo(NOTHING);
    }

    // A former member

    @Test
    void expelledWhenTheTokenIsOlderThanTheLossThenRefresh() {
        AccessToken token = token();
        wall.advanceSeconds(10);
        history.losesStanding();
        wall.advanceSeconds(5);

        assertThat(advisor.onExpelled(token, finding(token, ScopeDrift.none()))).isEqualTo(refresh(ScopeDrift.none()));
        AccessToken newer = token();
        assertThat(advisor.onExpelled(newer, finding(newer, ScopeDrift.none()))).isEqualTo(NOTHING);
    }

    private RemedyAdvisor advisor(RefreshDelivery delivery) {
        return new RemedyAdvisor(clients, provider, kind -> delivery, MAX_AGE, reported);
    }

    private RemedyAdvice granted(AccessToken token, ScopeDrift drift) {
        return advisor.onGranted(token, finding(token, drift));
    }

    private RemedyAdvice refused(AccessToken token, ScopeDrift drift) {
        return advisor.onDenied(token, finding(token, drift));
    }

    private DriftFinding finding(AccessToken token, ScopeDrift drift) {
        return new DriftFinding(TokenTraits.of(token), history, kind -> null, drift);
    }

    private static AccessToken token() {
        return tokens.organization("acme").scopes("read").verified();
    }

    private static AccessToken issued(int offset) {
        return tokens.organization("acme")
                .scopes("read")
                .issuedAt(wall.instant().plusSeconds(offset))
                .verified();
    }

    /** The scope is gained ten seconds from now, and five more pass. */
    private void promote(String scope) {
        wall.advanceSeconds(10);
        history.gains(scope);
        wall.advanceSeconds(5);
    }

    private void promoteAt(Duration later) {
        wall.advance(later);
        history.gains("write");
    }

    private void answered(int offset) {
        Instant time = wall.instant().plusSeconds(offset);
        provider.answered(
                DateTimeFormatter.RFC_1123_DATE_TIME.format(time.atOffset(ZoneOffset.UTC)),
                clock.nanos(),
                clock.nanos());
    }

    private static ScopeDrift demoted(String... scopes) {
        return new ScopeDrift(Scopes.of(scopes), NONE, NONE);
    }

    private static ScopeDrift promoted(String... scopes) {
        return new ScopeDrift(NONE, Scopes.of(scopes), NONE);
    }

    private static ScopeDrift introduced(String... scopes) {
        return new ScopeDrift(NONE, NONE, Scopes.of(scopes));
    }

    private static RemedyAdvice refresh(ScopeDrift drift) {
        return new RemedyAdvice(Remedy.REFRESH, drift, false, Duration.ZERO);
    }

    private static RemedyAdvice reconsent(ScopeDrift drift) {
        return new RemedyAdvice(Remedy.RECONSENT, drift, false, Duration.ZERO);
    }

    private static final class Reported implements RemedyListener {

        private final List<Remedy> asked = new ArrayList<>();
        private int disagreements;

        @Override
        public void asked(Remedy remedy) {
            asked.add(remedy);
        }

        @Override
        public void disagreed() {
            disagreements++;
        }
    }
}

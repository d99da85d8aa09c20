package io.scopeguard.remedy;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.drift.ClientPolicy;
import io.scopeguard.drift.Clients;
import io.scopeguard.drift.DriftDetector;
import io.scopeguard.drift.ScopeCatalogue;
import io.scopeguard.drift.ScopeDrift;
import io.scopeguard.drift.WatchedScopes;
import io.scopeguard.permission.Freshness;
import io.scopeguard.permission.LivePermissions;
import io.scopeguard.permission.PermissionCache;
import io.scopeguard.permission.PermissionKey;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import io.scopeguard.testing.InMemoryTenant;
import io.scopeguard.testing.LogEvents;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.testing.TestTokens;
import io.scopeguard.token.AccessToken;
import io.scopeguard.token.IssuerClock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The ladder's rules, by their numbers in the client contract: over real tokens and a tenant whose permissions change. */
class RemedyLadderTests {

    private static final Scopes NONE = Scopes.none();
    private static final Advice NOTHING = Advice.none();

    private static final MovableClock clock = MovableClock.atNoon();
    private static final TestTokens tokens = new TestTokens(clock);

    private final InMemoryTenant tenant = new InMemoryTenant();
    private final IssuerClock issuer = new IssuerClock();
    private final Heard heard = new Heard();
    private final Clients clients = new Clients(
            ClientPolicy.watching(WatchedScopes.all()),
            Map.of(
                    "batch", new ClientPolicy(WatchedScopes.all(), true, false),
                    "partner", new ClientPolicy(WatchedScopes.all(), false, true),
                    "narrow", ClientPolicy.watching(WatchedScopes.of(Scopes.of("read")))));
    private final ScopeCatalogue catalogue = new ScopeCatalogue(issuer);
    private final Replica replica = new Replica();

    @BeforeEach
    void noon() {
        clock.set(MovableClock.NOON);
    }

    @AfterEach
    void close() {
        replica.cache.close();
    }

    @AfterAll
    static void stop() {
        tokens.close();
    }

    @Test
    void nothingWhenNoDrift() {
        granting("read");

        assertThat(replica.onGranted(token("read"))).isEqualTo(NOTHING);
        assertThat(replica.onRefused(token("read"), "write")).isEqualTo(NOTHING);
        assertThat(heard.asked).isEmpty();
    }

    // 1: demoted

    @Test
    void rule1WhenDemotedThenRefreshHoweverOften() {
        AccessToken token = token("read", "delete");
        granting("read");

        for (int i = 0; i < 3; i++) {
            assertThat(replica.onGranted(token)).isEqualTo(refresh(demoted("delete")));
            assertThat(replica.onRefused(token, "delete")).isEqualTo(refresh(demoted("delete")));
            clock.advanceSeconds(31);
        }
        assertThat(heard.asked).containsExactly(Remedy.REFRESH);
    }

    @Test
    void rule1WhenIssuedAfterTheLossThenTheHintStopsAndOperatorsHearOfIt() {
        granting("read", "delete");
        replica.onGranted(token("read", "delete"));
        clock.advanceSeconds(60);
        granting("read");
        replica.onGranted(token("read", "delete"));
        clock.advanceSeconds(6);
        AccessToken token = token("read", "delete");

        try (LogEvents log = LogEvents.capture()) {
            for (int i = 0; i < 3; i++) {
                assertThat(replica.onGranted(token)).isEqualTo(NOTHING);
                assertThat(replica.onRefused(token, "delete")).isEqualTo(NOTHING);
            }
            assertThat(replica.onGranted(token("read", "delete"))).isEqualTo(NOTHING);
            assertThat(log.messages())
                    .singleElement()
                    .asString()
                    .startsWith("WARN A token carries delete of organization,")
                    .doesNotContain("alice", "acme", token.fingerprint());
        }
        assertThat(heard.disagreements).isEqualTo(2);
    }

    @Test
    void rule1WhenIssuedWithinTheToleranceThenStillRefresh() {
        granting("read");
        replica.onGranted(token("read"));
        clock.advanceSeconds(5);

        assertThat(replica.onGranted(token("read", "delete"))).isEqualTo(refresh(demoted("delete")));
        clock.advanceSeconds(1);
        assertThat(replica.onGranted(token("read", "delete"))).isEqualTo(NOTHING);
    }

    @Test
    void rule1WhenTheReadMayBeOlderThanTheTokenThenStillRefresh() {
        granting("read");
        replica.onGranted(token("read"));
        clock.advanceSeconds(6);
        Finding settled = replica.finding(token("read", "delete"));

        assertThat(replica.ladder.onGranted(new Finding(settled.token(), settled.live(), settled.drift(), false)))
                .isEqualTo(refresh(demoted("delete")));
        assertThat(replica.ladder.onGranted(settled)).isEqualTo(NOTHING);
    }

    @Test
    void rule1WhenOneOfTwoIsDisputedThenOnlyTheOtherIsTold() {
        granting("read", "write");
        replica.onGranted(token("read", "write"));
        clock.advanceSeconds(60);
        AccessToken token = token("read", "write", "delete");
        granting("read");

        assertThat(replica.onGranted(token)).isEqualTo(refresh(demoted("write")));
    }

    // 2: new, promoted

    @Test
    void rule2WhenNewThenReconsent() {
        AccessToken token = tokenBeforeExportIsNew();

        assertThat(replica.onGranted(token)).isEqualTo(reconsent(added("export")));
        assertThat(replica.onRefused(token, "export")).isEqualTo(reconsent(added("export")));
        assertThat(heard.asked).containsExactly(Remedy.RECONSENT);
    }

    @Test
    void rule2WhenPromotedAndSeenEnteringThenRefresh() {
        AccessToken token = seenPromoted();

        assertThat(replica.onGranted(token)).isEqualTo(refresh(promoted("write")));
    }

    @Test
    void rule2WhenFirstLookThenOneRefreshAndAfterItNothingMoreOnGranted() {
        granting("read", "write");

        assertThat(replica.onGranted(token("read"))).isEqualTo(refresh(promoted("write")));
        for (int i = 0; i < 50; i++) {
            clock.advance(Duration.ofMinutes(20));
            assertThat(replica.onGranted(token("read"))).isEqualTo(NOTHING);
        }
        assertThat(heard.asked).containsExactly(Remedy.REFRESH);
    }

    @Test
    void rule2WhenRefreshedInVainThenRefusalSaysReconsent() {
        granting("read", "write");

        assertThat(replica.onRefused(token("read"), "write")).isEqualTo(refresh(promoted("write")));
        clock.advanceSeconds(2);
        AccessToken later = token("read");
        assertThat(replica.onRefused(later, "write")).isEqualTo(reconsent(promoted("write")));
        assertThat(replica.onGranted(token("read"))).isEqualTo(NOTHING);
    }

    @Test
    void rule2WhenNobodyWatchesItThenNothing() {
        granting("read", "write");
        AccessToken token =
                tokens.organization("acme").client("narrow").scopes("read").verified();

        assertThat(replica.onGranted(token)).isEqualTo(NOTHING);
    }

    // 3: chains and devices

    @Test
    void rule3WhenSeenEnteringAndALaterTokenLacksItThenReconsent() {
        assertThat(replica.onGranted(seenPromoted())).isEqualTo(refresh(promoted("write")));
        clock.advanceSeconds(1);

        assertThat(replica.onGranted(token("read"))).isEqualTo(reconsent(promoted("write")));
        assertThat(heard.asked).containsExactly(Remedy.REFRESH, Remedy.RECONSENT);
    }

    @Test
    void rule3WhenTokenIsOlderThanTheAskThenItIsAskedForItsOwnRefresh() {
        AccessToken second = token("read");
        AccessToken third = token("read");
        clock.advanceSeconds(60);
        AccessToken first = seenPromoted();
        replica.onGranted(first);
        clock.advanceSeconds(2);
        replica.onGranted(token("read"));

        for (AccessToken older : List.of(second, third, first)) {
            assertThat(replica.onGranted(older)).isEqualTo(refresh(promoted("write")));
            assertThat(replica.onRefused(older, "write")).isEqualTo(refresh(promoted("write")));
        }
    }

    @Test
    void rule3WhenNobodySawItEnterThenOtherDevicesAreStillAskedForTheirOwnRefresh() {
        AccessToken older = token("read");
        clock.advanceSeconds(60);
        granting("read", "write");
        replica.onGranted(token("read"));

        assertThat(replica.onGranted(older)).isEqualTo(refresh(promoted("write")));
    }

    @Test
    void rule3WhenItCannotBeToldWhichCameFirstThenAtMostTwoRefreshesAlongOneChain() {
        AccessToken first = seenPromoted();
        clock.advanceSeconds(3);
        AccessToken doubtful = tokens.organization("acme")
                .scopes("read")
                .issuedAt(clock.instant().minusSeconds(2))
                .verified();
        AccessToken alsoDoubtful = tokens.organization("acme")
                .scopes("read")
                .issuedAt(clock.instant().minusSeconds(1))
                .verified();

        assertThat(replica.onGranted(first)).isEqualTo(refresh(promoted("write")));
        for (int i = 0; i < 2; i++) {
            assertThat(replica.onGranted(doubtful)).isEqualTo(refresh(promoted("write")));
            assertThat(replica.onGranted(alsoDoubtful)).isEqualTo(reconsent(promoted("write")));
        }
    }

    @Test
    void rule3WhenAClientWaitsAsLongAsItIsToldThenItsNextTokenIsAnAnswerWhereverTheSecondBegins() {
        AccessToken token = seenPromoted();
        clock.advance(Duration.ofMillis(987));
        replica.onGranted(token);
        clock.advance(Duration.ofSeconds(1));

        assertThat(replica.onGranted(token("read"))).isEqualTo(reconsent(promoted("write")));
    }

    // 4: backing off

    @Test
    void rule4WhenReconsentWasAskedThenNotAgainForTheSameToken() {
        AccessToken token = tokenBeforeExportIsNew();
        replica.onGranted(token);
        clock.advanceSeconds(29);
        assertThat(replica.onGranted(token)).isEqualTo(reconsent(added("export")));

        clock.advanceSeconds(1);
        assertThat(replica.onGranted(token)).isEqualTo(NOTHING);
        clock.advance(Duration.ofMinutes(50));
        assertThat(replica.onGranted(token)).isEqualTo(NOTHING);
        assertThat(heard.asked).containsExactly(Remedy.RECONSENT);
    }

    @Test
    void rule4WhenReconsentWasAskedThenPausesDoubleToADay() {
        AccessToken token = tokenBeforeExportIsNew();
        assertThat(replica.onGranted(token)).isEqualTo(reconsent(added("export")));

        for (int minutes : new int[] {5, 10, 20, 40, 80, 160, 320, 640, 1280, 1440, 1440}) {
            clock.advance(Duration.ofMinutes(minutes).minusSeconds(1));
            assertThat(replica.onGranted(token("read"))).isEqualTo(NOTHING);
            clock.advanceSeconds(1);
            assertThat(replica.onGranted(token("read"))).isEqualTo(reconsent(promoted("export")));
        }
    }

    @Test
    void rule4WhenRefusedThenTheRemedyIsNamedWhateverThePause() {
        AccessToken token = tokenBeforeExportIsNew();

        for (int i = 0; i < 5; i++) {
            assertThat(replica.onRefused(token, "export")).isEqualTo(reconsent(added("export")));
            clock.advanceSeconds(40);
            assertThat(replica.onRefused(token("read"), "export")).isEqualTo(reconsent(promoted("export")));
        }
    }

    // 5: whoever cannot consent, whoever must not know

    @Test
    void rule5WhenNonInteractiveThenOnGrantedOnlyDemotionsAreTold() {
        for (TestTokens.Token machine : machines()) {
            AccessToken token = machine.scopes("read", "delete").verified();
            learnExport();
            tenant.grant(token, "read", "delete", "write", "export");
            assertThat(replica.onGranted(token)).isEqualTo(NOTHING);
            clock.advanceSeconds(1);
            tenant.grant(token, "read", "write", "export");
            assertThat(replica.onGranted(token)).isEqualTo(refresh(demoted("delete")));
        }
    }

    @Test
    void rule5WhenNonInteractiveIsRefusedThenRefreshHoweverOften() {
        for (TestTokens.Token machine : machines()) {
            machine.scopes("read");
            tenant.grant(machine.verified(), "read", "write");
            for (int i = 0; i < 3; i++) {
                AccessToken token = machine.issuedAt(clock.instant())
                        .with("jti", "machine-" + i)
                        .verified();
                assertThat(replica.onRefused(token, "write")).isEqualTo(refresh(promoted("write")));
                clock.advanceSeconds(10);
            }
        }
    }

    @Test
    void rule5WhenThirdPartyThenItHearsHowManyScopesItsTokenLacks() {
        AccessToken token = tokens.organization("acme")
                .client("partner")
                .scopes("read", "delete")
                .verified();
        tenant.grant(token, "read", "write");

        Advice advice = replica.onGranted(token);
        assertThat(advice.onlyCountsMissing()).isTrue();
        assertThat(advice.drift()).isEqualTo(new ScopeDrift(Scopes.of("delete"), Scopes.of("write"), NONE));
        assertThat(replica.onRefused(token, "write").onlyCountsMissing()).isTrue();
    }

    // 7: the provider's clock

    @ParameterizedTest
    @ValueSource(ints = {-10, 10})
    void rule7WhenTheProvidersClockDiffersThenTokensAreHeldAgainstItsTime(int offset) {
        issuer.answered(date(clock.instant().plusSeconds(offset)), clock.instant(), clock.instant());
        AccessToken first = issued(offset);
        granting("read");
        replica.onGranted(first);
        clock.advanceSeconds(30);
        granting("read", "write");
        AccessToken otherDevice = issued(offset - 6);
        assertThat(replica.onGranted(first)).isEqualTo(refresh(promoted("write")));
        clock.advanceSeconds(2);

        assertThat(replica.onGranted(otherDevice)).isEqualTo(refresh(promoted("write")));
        assertThat(replica.onGranted(issued(offset))).isEqualTo(reconsent(promoted("write")));
    }

    @ParameterizedTest
    @ValueSource(ints = {-10, 10})
    void rule7WhenTheProvidersClockDiffersThenALossIsDatedByIt(int offset) {
        issuer.answered(date(clock.instant().plusSeconds(offset)), clock.instant(), clock.instant());
        granting("read");
        replica.onGranted(issued(offset));
        clock.advanceSeconds(3);

        assertThat(replica.onGranted(issued(offset, "read", "delete"))).isEqualTo(refresh(demoted("delete")));
        clock.advanceSeconds(3);
        assertThat(replica.onGranted(issued(offset, "read", "delete"))).isEqualTo(NOTHING);
    }

    // 8: the strongest

    @Test
    void rule8WhenSeveralApplyThenTheStrongest() {
        AccessToken token = token("read", "delete");
        learnExport();
        granting("read", "write", "export");
        ScopeDrift all = new ScopeDrift(Scopes.of("delete"), Scopes.of("write"), Scopes.of("export"));

        assertThat(replica.onGranted(token)).isEqualTo(reconsent(all));
        assertThat(Remedy.REFRESH.or(Remedy.RECONSENT)).isEqualTo(Remedy.RECONSENT);
        assertThat(Remedy.RECONSENT.or(Remedy.NONE)).isEqualTo(Remedy.RECONSENT);
    }

    @Test
    void rule8WhenConsentWasAskedForSeveralThenItIsNotAskedAgainForTheWeakerOne() {
        granting("read");
        AccessToken token = token("read");
        replica.onGranted(token);
        learnExport();
        granting("read", "write", "export");
        replica.onGranted(token);
        clock.advanceSeconds(2);

        assertThat(replica.onGranted(token("read", "export"))).isEqualTo(NOTHING);
    }

    // Memory

    @Test
    void anAskCountsOnceATokenHoweverManyResponsesCarryIt() {
        AccessToken token = seenPromoted();

        for (int i = 0; i < 5; i++) {
            assertThat(replica.onGranted(token)).isEqualTo(refresh(promoted("write")));
            assertThat(replica.onRefused(token, "write")).isEqualTo(refresh(promoted("write")));
            clock.advanceSeconds(60);
        }
        assertThat(heard.asked).containsExactly(Remedy.REFRESH);
    }

    @Test
    void memoryIsKeptApartBySubjectClientOrganizationAndAudience() {
        Map<String, TestTokens.Token> others = new HashMap<>();
        others.put("subject", tokens.organization("acme").subject("bob"));
        others.put("client", tokens.organization("acme").client("mobile"));
        others.put("organization", tokens.organization("globex"));
        others.put("audience", tokens.organizationResource("acme"));
        others.put("neither", tokens.resource());
        granting("read", "write");
        replica.onGranted(token("read"));
        clock.advanceSeconds(2);

        others.forEach((difference, other) -> {
            AccessToken token = other.issuedAt(clock.instant()).scopes("read").verified();
            tenant.grant(token, "read", "write");
            assertThat(replica.onGranted(token)).as(difference).isEqualTo(refresh(promoted("write")));
        });
    }

    @Test
    void memoryForgetsWhatNobodyLackedForAsLongAsATokenLives() {
        granting("read", "write");
        replica.onGranted(token("read"));
        clock.advance(TestTokens.LIFETIME.minusSeconds(1));
        assertThat(replica.onGranted(token("read"))).isEqualTo(NOTHING);

        clock.advance(TestTokens.LIFETIME);
        assertThat(replica.onGranted(token("read"))).isEqualTo(refresh(promoted("write")));
    }

    @Test
    void memoryForgetsWhatTheSubjectLost() {
        replica.onGranted(seenPromoted());
        clock.advanceSeconds(60);
        granting("read");
        replica.finding(token("read"));
        clock.advanceSeconds(60);
        granting("read", "write");

        // It went and came unheard: no token carried it, none was hinted at meanwhile.
        assertThat(replica.onGranted(token("read"))).isEqualTo(refresh(promoted("write")));
    }

    @Test
    void memoryForgetsWhatATokenIsToldToHaveLost() {
        granting("read", "write");
        replica.onGranted(token("read"));
        clock.advanceSeconds(60);
        AccessToken token = token("read", "write");
        clock.advanceSeconds(1);
        granting("read");
        assertThat(replica.onGranted(token)).isEqualTo(refresh(demoted("write")));
        clock.advanceSeconds(60);
        granting("read", "write");

        assertThat(replica.onGranted(token("read"))).isEqualTo(refresh(promoted("write")));
    }

    @Test
    void restartMayCostOneMoreRefreshAndNeverAsksForConsentByItself() {
        replica.onGranted(seenPromoted());
        clock.advanceSeconds(2);
        Replica restarted = new Replica();

        assertThat(restarted.onGranted(token("read"))).isEqualTo(refresh(promoted("write")));
        clock.advanceSeconds(2);
        assertThat(restarted.onGranted(token("read"))).isEqualTo(NOTHING);
        restarted.cache.close();
    }

    @Test
    void replicasTakingTurnsMayCostOneMoreRefresh() {
        Replica other = new Replica();
        replica.onGranted(seenPromoted());
        clock.advanceSeconds(2);

        assertThat(other.onGranted(token("read"))).isEqualTo(refresh(promoted("write")));
        clock.advanceSeconds(2);
        assertThat(replica.onGranted(token("read"))).isEqualTo(reconsent(promoted("write")));
        clock.advanceSeconds(2);
        assertThat(other.onGranted(token("read"))).isEqualTo(NOTHING);
        other.cache.close();
    }

    private static AccessToken token(String... scopes) {
        return tokens.organization("acme").scopes(scopes).verified();
    }

    /** A token dated by a clock that is so many seconds ahead. */
    private static AccessToken issued(int offset, String... scopes) {
        return tokens.organization("acme")
                .scopes(scopes.length == 0 ? new String[] {"read"} : scopes)
                .issuedAt(clock.instant().plusSeconds(offset))
                .verified();
    }

    private static List<TestTokens.Token> machines() {
        return List.of(
                tokens.organization("acme").application("agent"),
                tokens.organization("acme")
                        .with("act", Map.of("sub", "support"))
                        .subject("carol"),
                tokens.organization("acme").client("batch").subject("dave"));
    }

    private static String date(Instant time) {
        return DateTimeFormatter.RFC_1123_DATE_TIME.format(time.atOffset(ZoneOffset.UTC));
    }

    private void granting(String... scopes) {
        tenant.grant(token(), scopes);
    }

    /** A token from before "write" was granted, which did not go unseen. */
    private AccessToken seenPromoted() {
        granting("read");
        AccessToken token = token("read");
        replica.onGranted(token);
        clock.advanceSeconds(30);
        granting("read", "write");
        return token;
    }

    /** A token from before there was any "export", which is granted now. */
    private AccessToken tokenBeforeExportIsNew() {
        AccessToken token = token("read");
        learnExport();
        granting("read", "export");
        return token;
    }

    private void learnExport() {
        catalogue.learn(Audience.ORGANIZATION, Map.of("read", Instant.MIN), clock.instant());
        clock.advanceSeconds(30);
        catalogue.learn(Audience.ORGANIZATION, Map.of("read", Instant.MIN, "export", Instant.MIN), clock.instant());
    }

    private static ScopeDrift demoted(String... scopes) {
        return new ScopeDrift(Scopes.of(scopes), NONE, NONE);
    }

    private static ScopeDrift promoted(String... scopes) {
        return new ScopeDrift(NONE, Scopes.of(scopes), NONE);
    }

    private static ScopeDrift added(String... scopes) {
        return new ScopeDrift(NONE, NONE, Scopes.of(scopes));
    }

    private static Advice refresh(ScopeDrift drift) {
        return new Advice(Remedy.REFRESH, drift);
    }

    private static Advice reconsent(ScopeDrift drift) {
        return new Advice(Remedy.RECONSENT, drift);
    }

    /** One process: it has seen what it has read, and remembers what it asked. */
    private final class Replica {

        private final PermissionCache cache =
                new PermissionCache(tenant, clock, Duration.ofSeconds(60), 1_000, Duration.ofHours(1));
        private final RemedyLadder ladder = new RemedyLadder(clients, issuer, clock, heard);

        Advice onGranted(AccessToken token) {
            return ladder.onGranted(finding(token));
        }

        Advice onRefused(AccessToken token, String... needed) {
            return ladder.onRefused(finding(token).missingOnly(Scopes.of(needed)));
        }

        Finding finding(AccessToken token) {
            LivePermissions live = cache.get(
                    PermissionKey.of(token), Freshness.within(Duration.ZERO, clock.instant()), token.scopes());
            ScopeDrift drift = new DriftDetector(clients, catalogue).detect(token, live, NONE);
            return new Finding(token, live, drift, true);
        }
    }

    private static final class Heard implements RemedyListener {

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

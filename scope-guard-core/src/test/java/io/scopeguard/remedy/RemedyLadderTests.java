package io.scopeguard.remedy;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.drift.ScopeDrift;
import io.scopeguard.scope.Scopes;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.testing.TestTokens;
import io.scopeguard.token.AccessToken;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The ladder's rules, by their numbers in the client contract. */
class RemedyLadderTests {

    private static final ScopeDrift PROMOTED = new ScopeDrift(Scopes.none(), Scopes.of("write"), Scopes.none());
    private static final ScopeDrift DEMOTED = new ScopeDrift(Scopes.of("delete"), Scopes.none(), Scopes.none());
    private static final ScopeDrift ADDED = new ScopeDrift(Scopes.none(), Scopes.none(), Scopes.of("export"));
    private static final Advice REFRESH_FOR_WRITE = new Advice(Remedy.REFRESH, PROMOTED);
    private static final Advice RECONSENT_FOR_EXPORT = new Advice(Remedy.RECONSENT, ADDED);

    private static final MovableClock clock = MovableClock.atNoon();
    private static final TestTokens tokens = new TestTokens(clock);

    private final RemedyLadder ladder = new RemedyLadder(clock);

    @AfterAll
    static void stop() {
        tokens.close();
    }

    @BeforeEach
    void noon() {
        clock.set(MovableClock.NOON);
    }

    @Test
    void nothingWhenNoDrift() {
        assertThat(ladder.onGranted(token(), ScopeDrift.none())).isEqualTo(Advice.none());
        assertThat(ladder.onRefused(token(), ScopeDrift.none())).isEqualTo(Advice.none());
    }

    @Test
    void rule1WhenDemotedThenRefresh() {
        assertThat(ladder.onGranted(token(), DEMOTED)).isEqualTo(new Advice(Remedy.REFRESH, DEMOTED));
        assertThat(ladder.onRefused(token(), DEMOTED)).isEqualTo(new Advice(Remedy.REFRESH, DEMOTED));
    }

    @Test
    void rule2WhenNewThenReconsent() {
        assertThat(ladder.onGranted(token(), ADDED)).isEqualTo(RECONSENT_FOR_EXPORT);
        assertThat(ladder.onRefused(token(), ADDED)).isEqualTo(RECONSENT_FOR_EXPORT);
    }

    @Test
    void rule2WhenPromotedThenOneRefreshAndAfterItNothingMoreOnGranted() {
        assertThat(ladder.onGranted(token(), PROMOTED)).isEqualTo(REFRESH_FOR_WRITE);
        clock.advanceSeconds(2);

        assertThat(ladder.onGranted(token(), PROMOTED)).isEqualTo(Advice.none());
        clock.advance(Duration.ofHours(12));
        assertThat(ladder.onGranted(token(), PROMOTED)).isEqualTo(Advice.none());
    }

    @Test
    void rule2WhenRefreshedInVainThenRefusalSaysReconsent() {
        assertThat(ladder.onRefused(token(), PROMOTED)).isEqualTo(REFRESH_FOR_WRITE);
        clock.advanceSeconds(2);

        assertThat(ladder.onRefused(token(), PROMOTED)).isEqualTo(new Advice(Remedy.RECONSENT, PROMOTED));
    }

    @Test
    void rule2WhenAskedOnGrantedThenRefusalOfALaterTokenSaysReconsent() {
        ladder.onGranted(token(), PROMOTED);
        clock.advanceSeconds(2);

        assertThat(ladder.onRefused(token(), PROMOTED)).isEqualTo(new Advice(Remedy.RECONSENT, PROMOTED));
    }

    @Test
    void rule3WhenTokenIsOlderThanTheAskThenItIsAskedForItsOwnRefresh() {
        AccessToken otherDevice = token();
        clock.advanceSeconds(600);
        ladder.onRefused(token(), PROMOTED);

        assertThat(ladder.onGranted(otherDevice, PROMOTED)).isEqualTo(REFRESH_FOR_WRITE);
        assertThat(ladder.onRefused(otherDevice, PROMOTED)).isEqualTo(REFRESH_FOR_WRITE);
    }

    @Test
    void anAskCountsOnceATokenHoweverManyResponsesCarryIt() {
        AccessToken token = token();

        for (int i = 0; i < 5; i++) {
            assertThat(ladder.onGranted(token, PROMOTED)).isEqualTo(REFRESH_FOR_WRITE);
            assertThat(ladder.onRefused(token, PROMOTED)).isEqualTo(REFRESH_FOR_WRITE);
            clock.advanceSeconds(60);
        }
    }

    @Test
    void rule4WhenReconsentWasAskedThenPausesDouble() {
        assertThat(ladder.onGranted(token(), ADDED)).isEqualTo(RECONSENT_FOR_EXPORT);
        for (int minutes : new int[] {5, 10, 20, 40}) {
            clock.advance(Duration.ofMinutes(minutes).minusSeconds(1));
            assertThat(ladder.onGranted(token(), ADDED)).isEqualTo(Advice.none());
            clock.advanceSeconds(1);
            assertThat(ladder.onGranted(token(), ADDED)).isEqualTo(RECONSENT_FOR_EXPORT);
        }
    }

    @Test
    void rule4WhenRefusedThenTheRemedyIsNamedWhateverThePause() {
        for (int i = 0; i < 5; i++) {
            assertThat(ladder.onRefused(token(), ADDED)).isEqualTo(RECONSENT_FOR_EXPORT);
            clock.advanceSeconds(1);
        }
    }

    @Test
    void rule5WhenNonInteractiveThenOnGrantedOnlyDemotionsAreTold() {
        AccessToken agent = tokens.organization("acme").application("agent").verified();
        AccessToken impersonated = tokens.organization("acme")
                .with("act", Map.of("sub", "support"))
                .verified();

        for (AccessToken token : new AccessToken[] {agent, impersonated}) {
            assertThat(ladder.onGranted(token, PROMOTED)).isEqualTo(Advice.none());
            assertThat(ladder.onGranted(token, ADDED)).isEqualTo(Advice.none());
            assertThat(ladder.onGranted(
                            token, new ScopeDrift(Scopes.of("delete"), Scopes.of("write"), Scopes.of("export"))))
                    .isEqualTo(new Advice(Remedy.REFRESH, DEMOTED));
        }
    }

    @Test
    void rule5WhenNonInteractiveIsRefusedThenRefreshHoweverOften() {
        for (int i = 0; i < 3; i++) {
            AccessToken agent = tokens.organization("acme").application("agent").verified();
            assertThat(ladder.onRefused(agent, ADDED)).isEqualTo(new Advice(Remedy.REFRESH, ADDED));
            assertThat(ladder.onRefused(agent, PROMOTED)).isEqualTo(REFRESH_FOR_WRITE);
            clock.advanceSeconds(10);
        }
    }

    @Test
    void rule8WhenSeveralApplyThenTheStrongest() {
        ScopeDrift all = new ScopeDrift(Scopes.of("delete"), Scopes.of("write"), Scopes.of("export"));

        assertThat(ladder.onGranted(token(), all)).isEqualTo(new Advice(Remedy.RECONSENT, all));
        assertThat(Remedy.REFRESH.or(Remedy.RECONSENT)).isEqualTo(Remedy.RECONSENT);
        assertThat(Remedy.RECONSENT.or(Remedy.NONE)).isEqualTo(Remedy.RECONSENT);
    }

    @Test
    void memoryIsKeptApartBySubjectClientOrganizationAndAudience() {
        ladder.onGranted(token(), PROMOTED);
        clock.advanceSeconds(2);

        assertThat(ladder.onGranted(tokens.organization("acme").subject("bob").verified(), PROMOTED))
                .isEqualTo(REFRESH_FOR_WRITE);
        assertThat(ladder.onGranted(tokens.organization("acme").client("mobile").verified(), PROMOTED))
                .isEqualTo(REFRESH_FOR_WRITE);
        assertThat(ladder.onGranted(tokens.organization("globex").verified(), PROMOTED))
                .isEqualTo(REFRESH_FOR_WRITE);
        assertThat(ladder.onGranted(tokens.organizationResource("acme").verified(), PROMOTED))
                .isEqualTo(REFRESH_FOR_WRITE);
        assertThat(ladder.onGranted(tokens.resource().verified(), PROMOTED)).isEqualTo(REFRESH_FOR_WRITE);
    }

    private static AccessToken token() {
        return tokens.organization("acme").verified();
    }

    @Test
    void askWhenScopeWasLostAndReturnsThenBeginsAnew() {
        assertThat(ladder.onGranted(token(), PROMOTED)).isEqualTo(REFRESH_FOR_WRITE);
        clock.advance(Duration.ofMinutes(1));
        ladder.onGranted(token(), new ScopeDrift(PROMOTED.promoted(), Scopes.none(), Scopes.none()));

        assertThat(ladder.onGranted(token(), PROMOTED)).isEqualTo(REFRESH_FOR_WRITE);
    }
}

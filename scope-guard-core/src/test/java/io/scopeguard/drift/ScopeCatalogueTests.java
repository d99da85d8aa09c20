package io.scopeguard.drift;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import io.scopeguard.token.IssuerClock;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ScopeCatalogueTests {

    private static final Audience API = Audience.resource("https://api.example.test");
    private static final Instant FIRST = Instant.parse("2026-11-21T12:00:00Z");
    private static final Instant SECOND = FIRST.plusSeconds(60);
    private static final Instant THIRD = FIRST.plusSeconds(120);

    private final ScopeCatalogue catalogue = new ScopeCatalogue();

    @Test
    void isNewSinceWhenNothingWasReadThenNothingIsNew() {
        assertThat(catalogue.isNewSince(API, "a", Instant.MIN)).isFalse();
        assertThat(catalogue.scopesOf(API)).isNull();
    }

    @Test
    void isNewSinceWhenThereAtTheFirstReadingWithoutDateThenThereAlways() {
        catalogue.learn(Audience.ORGANIZATION, Map.of("a", Instant.MIN), FIRST);

        assertThat(catalogue.isNewSince(Audience.ORGANIZATION, "a", FIRST.minusSeconds(1)))
                .isFalse();
        assertThat(catalogue.isNewSince(Audience.ORGANIZATION, "unknown", Instant.MIN))
                .isFalse();
    }

    @Test
    void isNewSinceWhenThereAtTheFirstReadingWithDateThenSinceItsCreation() {
        Instant creation = FIRST.minusSeconds(3600);
        catalogue.learn(API, Map.of("a", creation), FIRST);

        assertThat(catalogue.isNewSince(API, "a", creation.minusMillis(1))).isTrue();
        assertThat(catalogue.isNewSince(API, "a", creation)).isFalse();
    }

    @Test
    void isNewSinceWhenFirstSeenLaterThenSinceThatReading() {
        catalogue.learn(Audience.ORGANIZATION, Map.of(), FIRST);
        catalogue.learn(Audience.ORGANIZATION, Map.of("a", Instant.MIN), SECOND);
        catalogue.learn(Audience.ORGANIZATION, Map.of("a", Instant.MIN), THIRD);

        assertThat(catalogue.isNewSince(Audience.ORGANIZATION, "a", SECOND.plusMillis(4_999)))
                .isTrue();
        assertThat(catalogue.isNewSince(Audience.ORGANIZATION, "a", SECOND.plus(IssuerClock.TOLERANCE)))
                .isFalse();
    }

    @Test
    void isNewSinceWhenCreatedEarlierThanFirstSeenThenTheLaterOfTheTwo() {
        catalogue.learn(API, Map.of(), FIRST);
        catalogue.learn(API, Map.of("late", FIRST.plusSeconds(1), "ahead", THIRD), SECOND);

        assertThat(catalogue.isNewSince(API, "late", SECOND.plusMillis(4_999))).isTrue();
        assertThat(catalogue.isNewSince(API, "late", SECOND.plus(IssuerClock.TOLERANCE)))
                .isFalse();
        assertThat(catalogue.isNewSince(API, "ahead", THIRD.minusMillis(1))).isTrue();
    }

    @Test
    void isNewSinceWhenGoneTwiceAndBackThenNewAgain() {
        catalogue.learn(Audience.ORGANIZATION, Map.of("a", Instant.MIN), FIRST);
        catalogue.learn(Audience.ORGANIZATION, Map.of(), SECOND);
        assertThat(catalogue.scopesOf(Audience.ORGANIZATION)).isEqualTo(Scopes.none());
        catalogue.learn(Audience.ORGANIZATION, Map.of(), SECOND);
        catalogue.learn(Audience.ORGANIZATION, Map.of("a", Instant.MIN), THIRD);

        assertThat(catalogue.isNewSince(Audience.ORGANIZATION, "a", SECOND)).isTrue();
    }

    @Test
    void isNewSinceWhenMissingFromOneReadingThenNoNews() {
        catalogue.learn(Audience.ORGANIZATION, Map.of("a", Instant.MIN), FIRST);
        catalogue.learn(Audience.ORGANIZATION, Map.of(), SECOND);
        catalogue.learn(Audience.ORGANIZATION, Map.of("a", Instant.MIN), THIRD);

        assertThat(catalogue.isNewSince(Audience.ORGANIZATION, "a", FIRST)).isFalse();
    }

    @Test
    void isNewSinceWhenReplacedBetweenTwoReadingsThenSinceTheNewCreation() {
        catalogue.learn(API, Map.of("a", FIRST.minusSeconds(3600)), FIRST);
        catalogue.learn(API, Map.of("a", FIRST.plusSeconds(30)), SECOND);

        assertThat(catalogue.isNewSince(API, "a", FIRST)).isTrue();
    }

    @Test
    void isNewSinceWhenAudiencesShareANameThenEachHasItsOwnDate() {
        catalogue.learn(Audience.ORGANIZATION, Map.of("a", Instant.MIN), FIRST);
        catalogue.learn(API, Map.of("a", SECOND), SECOND);

        assertThat(catalogue.isNewSince(Audience.ORGANIZATION, "a", FIRST)).isFalse();
        assertThat(catalogue.isNewSince(API, "a", FIRST)).isTrue();
    }

    @Test
    void createdWhenBeforeAReadingShowsItThenSinceTheReceipt() {
        catalogue.learn(Audience.ORGANIZATION, Map.of(), FIRST);
        catalogue.created(Audience.ORGANIZATION, "a", FIRST.plusSeconds(10));
        catalogue.learn(Audience.ORGANIZATION, Map.of(), FIRST.plusSeconds(9));
        catalogue.learn(Audience.ORGANIZATION, Map.of("a", Instant.MIN), SECOND);

        assertNewUntil(Audience.ORGANIZATION, FIRST.plusSeconds(15));
    }

    @Test
    void createdWhenReceivedLaterThanSeenThenTheLaterOfTheTwo() {
        catalogue.learn(Audience.ORGANIZATION, Map.of(), FIRST);
        catalogue.learn(Audience.ORGANIZATION, Map.of("a", Instant.MIN), SECOND);
        catalogue.created(Audience.ORGANIZATION, "a", SECOND.plusSeconds(2));
        catalogue.learn(Audience.ORGANIZATION, Map.of("a", Instant.MIN), THIRD);

        assertNewUntil(Audience.ORGANIZATION, SECOND.plusSeconds(7));
    }

    @Test
    void createdWhenCreationIsToldTooThenTheLaterOfTheTwo() {
        catalogue.learn(API, Map.of(), FIRST);
        catalogue.created(API, "a", FIRST.plusSeconds(3));
        catalogue.learn(API, Map.of("a", FIRST.plusSeconds(1)), SECOND);

        assertNewUntil(API, FIRST.plusSeconds(8));
    }

    @Test
    void createdWhenNothingWasReadBeforeThenItAloneIsNew() {
        catalogue.created(Audience.ORGANIZATION, "a", FIRST);
        assertThat(catalogue.scopesOf(Audience.ORGANIZATION)).isNull();
        catalogue.learn(Audience.ORGANIZATION, Map.of("a", Instant.MIN, "old", Instant.MIN), SECOND);

        assertNewUntil(Audience.ORGANIZATION, FIRST.plusSeconds(5));
        assertThat(catalogue.isNewSince(Audience.ORGANIZATION, "old", Instant.EPOCH))
                .isFalse();
        assertThat(catalogue.scopesOf(Audience.ORGANIZATION)).isEqualTo(Scopes.of("a", "old"));
    }

    @Test
    void createdWhenNoReadingEverShowsItThenForgotten() {
        catalogue.learn(API, Map.of(), FIRST);
        catalogue.created(API, "a", FIRST);
        catalogue.learn(API, Map.of(), SECOND);
        catalogue.learn(API, Map.of(), THIRD);

        assertThat(catalogue.isNewSince(API, "a", Instant.EPOCH)).isFalse();
    }

    @Test
    void createdWhenFarTooManyThenBounded() {
        for (int i = 0; i < 2_001; i++) {
            catalogue.created(API, "a" + i, FIRST);
        }

        assertThat(catalogue.isNewSince(API, "a1999", Instant.EPOCH)).isTrue();
        assertThat(catalogue.isNewSince(API, "a2000", Instant.EPOCH)).isFalse();
    }

    @Test
    void datesOfOursAreMovedToTheProvidersClockAndItsOwnStay() {
        IssuerClock issuer = new IssuerClock();
        issuer.answered("Sat, 21 Nov 2026 12:00:10 GMT", FIRST, FIRST);
        ScopeCatalogue ahead = new ScopeCatalogue(issuer);
        ahead.learn(API, Map.of("told", FIRST.plusSeconds(40)), FIRST);
        ahead.learn(API, Map.of("told", FIRST.plusSeconds(40), "a", Instant.MIN), SECOND);

        assertThat(ahead.isNewSince(API, "told", FIRST.plusSeconds(39))).isTrue();
        assertThat(ahead.isNewSince(API, "told", FIRST.plusSeconds(40))).isFalse();
        assertThat(ahead.isNewSince(API, "a", SECOND.plusMillis(14_999))).isTrue();
        assertThat(ahead.isNewSince(API, "a", SECOND.plusSeconds(15))).isFalse();
    }

    private void assertNewUntil(Audience audience, Instant time) {
        assertThat(catalogue.isNewSince(audience, "a", time.minusMillis(1))).isTrue();
        assertThat(catalogue.isNewSince(audience, "a", time)).isFalse();
    }

    @Test
    void watchedWhenByAudienceThenAnotherAudiencesScopeOfThatNameIsNot() {
        WatchedScopes watched = WatchedScopes.of(Map.of(API, Scopes.of("a")));

        assertThat(watched.watches(API, "a")).isTrue();
        assertThat(watched.watches(Audience.ORGANIZATION, "a")).isFalse();
        assertThat(watched.watches(API, "b")).isFalse();
    }
}

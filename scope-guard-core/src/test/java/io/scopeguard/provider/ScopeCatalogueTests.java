package io.scopeguard.provider;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.provider.ScopeCatalogue.Listing;
import io.scopeguard.provider.ScopeCatalogue.Novelty;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.testing.TestTokens;
import io.scopeguard.time.SteadyClock;
import io.scopeguard.token.AccessToken;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Each test starts at noon; times are in seconds since then. */
class ScopeCatalogueTests {

    private static final Audience API = Audience.resource("https://api.example.test");
    private static final Audience ORGANIZATION = Audience.ORGANIZATION;
    private static final MovableClock wall = MovableClock.atNoon();
    private static final TestTokens tokens = new TestTokens(wall);

    private final SteadyClock steady = atNoon();
    private final ProviderClock clock = new ProviderClock(steady);
    private final ScopeCatalogue catalogue = new ScopeCatalogue(clock);

    private static SteadyClock atNoon() {
        wall.set(MovableClock.NOON);
        return wall.steady();
    }

    @AfterAll
    static void stop() {
        tokens.close();
    }

    // Nothing new

    @Test
    void noveltyWhenNothingWasReadThenNone() {
        assertThat(novelty(ORGANIZATION, "a", issued(0))).isEqualTo(Novelty.NONE);
        assertThat(catalogue.scopesOf(API)).isNull();
    }

    @Test
    void noveltyWhenThereAtTheFirstReadingWithoutDateThenNone() {
        at(10).learn(ORGANIZATION, Map.of("a", listing("1")));

        assertThat(novelty(ORGANIZATION, "a", issued(0))).isEqualTo(Novelty.NONE);
        assertThat(novelty(ORGANIZATION, "unknown", issued(0))).isEqualTo(Novelty.NONE);
    }

    @Test
    void noveltyWhenIdStaysThenNone() {
        AccessToken token = issued(0);
        for (int time = 10; time < 100; time += 30) {
            at(time).learn(ORGANIZATION, Map.of("a", listing("1")));
        }

        assertThat(novelty(ORGANIZATION, "a", token)).isEqualTo(Novelty.NONE);
    }

    @Test
    void noveltyWhenMissingFromOneReadingThenNone() {
        AccessToken token = issued(0);
        at(10).learn(ORGANIZATION, Map.of("a", listing("1")));
        at(40).learn(ORGANIZATION, Map.of());
        at(70).learn(ORGANIZATION, Map.of("a", listing("1")));

        assertThat(novelty(ORGANIZATION, "a", token)).isEqualTo(Novelty.NONE);
    }

    // Seen to appear

    @Test
    void noveltyWhenFirstSeenLaterThenSeenUntilATokenIsCertainlyNewer() {
        at(10).learn(ORGANIZATION, Map.of());
        at(40).learn(ORGANIZATION, Map.of("a", listing("1")));
        at(70).learn(ORGANIZATION, Map.of("a", listing("1")));

        assertThat(novelty(ORGANIZATION, "a", issued(39))).isEqualTo(Novelty.SEEN);
        assertThat(novelty(ORGANIZATION, "a", issued(41))).isEqualTo(Novelty.NONE);
    }

    @Test
    void noveltyWhenWithinTheSameSecondThenSeen() {
        at(10).learn(ORGANIZATION, Map.of());
        wall.advance(Duration.ofMillis(500));
        catalogue.learn(ORGANIZATION, Map.of("a", listing("1")), steady.nanos());

        assertThat(novelty(ORGANIZATION, "a", issued(10))).isEqualTo(Novelty.SEEN);
        assertThat(novelty(ORGANIZATION, "a", issued(11))).isEqualTo(Novelty.NONE);
    }

    /** Deleted and created again between two lists, so the name was never missing. */
    @Test
    void noveltyWhenTheNameHasAnotherIdThenSeen() {
        at(10).learn(ORGANIZATION, Map.of("a", listing("1"), "b", listing("2")));
        at(40).learn(ORGANIZATION, Map.of("a", listing("3"), "b", listing("2")));

        assertThat(novelty(ORGANIZATION, "a", issued(30))).isEqualTo(Novelty.SEEN);
        assertThat(novelty(ORGANIZATION, "b", issued(30))).isEqualTo(Novelty.NONE);
        assertThat(novelty(ORGANIZATION, "a", issued(41))).isEqualTo(Novelty.NONE);
    }

    @Test
    void noveltyWhenTheIdChangesAgainAndAgainThenSeenEachTime() {
        at(10).learn(ORGANIZATION, Map.of("a", listing("1")));
        for (int time = 40; time < 200; time += 30) {
            at(time).learn(ORGANIZATION, Map.of("a", listing("id at " + time)));
            assertThat(novelty(ORGANIZATION, "a", issued(time - 10))).isEqualTo(Novelty.SEEN);
            assertThat(novelty(ORGANIZATION, "a", issued(time + 1))).isEqualTo(Novelty.NONE);
        }
    }

    @Test
    void noveltyWhenMissingFromOneReadingAndBackWithAnotherIdThenSeen() {
        at(10).learn(ORGANIZATION, Map.of("a", listing("1")));
        at(40).learn(ORGANIZATION, Map.of());
        at(70).learn(ORGANIZATION, Map.of("a", listing("2")));

        assertThat(novelty(ORGANIZATION, "a", issued(50))).isEqualTo(Novelty.SEEN);
    }

    @Test
    void noveltyWhenGoneTwiceAndBackThenSeen() {
        at(10).learn(ORGANIZATION, Map.of("a", listing(null)));
        at(40).learn(ORGANIZATION, Map.of());
        assertThat(catalogue.scopesOf(ORGANIZATION)).isEqualTo(Scopes.none());
        at(70).learn(ORGANIZATION, Map.of());
        at(100).learn(ORGANIZATION, Map.of("a", listing(null)));

        assertThat(novelty(ORGANIZATION, "a", issued(80))).isEqualTo(Novelty.SEEN);
    }

    @Test
    void noveltyWhenNoIdIsToldThenTheNameCounts() {
        at(10).learn(ORGANIZATION, Map.of("a", listing(null)));
        at(40).learn(ORGANIZATION, Map.of("a", listing(null)));

        assertThat(novelty(ORGANIZATION, "a", issued(20))).isEqualTo(Novelty.NONE);
    }

    // Dated by the provider

    @Test
    void noveltyWhenThereAtTheFirstReadingWithADateThenToldForOlderTokens() {
        at(60).learn(API, Map.of("a", listing("1", 30)));

        assertThat(novelty(API, "a", issued(29))).isEqualTo(Novelty.DATED);
        assertThat(novelty(API, "a", issued(30))).isEqualTo(Novelty.NONE);
    }

    @Test
    void noveltyWhenSeenToAppearAndDatedThenTheLaterOfTheTwo() {
        at(10).learn(API, Map.of());
        at(40).learn(API, Map.of("late", listing("1", 20), "ahead", listing("2", 70)));

        assertThat(novelty(API, "late", issued(30))).isEqualTo(Novelty.SEEN);
        assertThat(novelty(API, "late", issued(41))).isEqualTo(Novelty.NONE);
        assertThat(novelty(API, "ahead", issued(69))).isEqualTo(Novelty.SEEN);
        assertThat(novelty(API, "ahead", issued(70))).isEqualTo(Novelty.NONE);
    }

    @Test
    void noveltyWhenTheDateMovesThenSeen() {
        at(10).learn(API, Map.of("a", listing("1", 0)));
        at(40).learn(API, Map.of("a", listing("1", 25)));

        assertThat(novelty(API, "a", issued(20))).isEqualTo(Novelty.SEEN);
    }

    @Test
    void noveltyWhenAudiencesShareANameThenEachHasItsOwn() {
        at(10).learn(ORGANIZATION, Map.of("a", listing("1")));
        catalogue.learn(API, Map.of("a", listing("2", 60)), steady.nanos());

        assertThat(novelty(ORGANIZATION, "a", issued(0))).isEqualTo(Novelty.NONE);
        assertThat(novelty(API, "a", issued(0))).isEqualTo(Novelty.DATED);
    }

    // Reported

    @Test
    void createdWhenBeforeAReadingShowsItThenSeenSinceTheReceipt() {
        at(10).learn(ORGANIZATION, Map.of());
        at(20).created(ORGANIZATION, "a");
        at(40).learn(ORGANIZATION, Map.of("a", listing("1")));

        assertThat(novelty(ORGANIZATION, "a", issued(15))).isEqualTo(Novelty.SEEN);
        assertThat(novelty(ORGANIZATION, "a", issued(21))).isEqualTo(Novelty.NONE);
    }

    @Test
    void createdWhenReceivedLaterThanSeenThenTheLaterOfTheTwo() {
        at(10).learn(ORGANIZATION, Map.of());
        at(40).learn(ORGANIZATION, Map.of("a", listing("1")));
        at(50).created(ORGANIZATION, "a");
        at(70).learn(ORGANIZATION, Map.of("a", listing("1")));

        assertThat(novelty(ORGANIZATION, "a", issued(45))).isEqualTo(Novelty.SEEN);
        assertThat(novelty(ORGANIZATION, "a", issued(51))).isEqualTo(Novelty.NONE);
    }

    @Test
    void createdWhenNothingWasReadBeforeThenItAloneIsNew() {
        at(10).created(ORGANIZATION, "a");
        assertThat(catalogue.scopesOf(ORGANIZATION)).isNull();
        at(40).learn(ORGANIZATION, Map.of("a", listing("1"), "old", listing("2")));

        assertThat(novelty(ORGANIZATION, "a", issued(5))).isEqualTo(Novelty.SEEN);
        assertThat(novelty(ORGANIZATION, "a", issued(11))).isEqualTo(Novelty.NONE);
        assertThat(novelty(ORGANIZATION, "old", issued(0))).isEqualTo(Novelty.NONE);
        assertThat(catalogue.scopesOf(ORGANIZATION)).isEqualTo(Scopes.of("a", "old"));
    }

    @Test
    void createdWhenNoReadingEverShowsItThenForgotten() {
        at(10).learn(API, Map.of());
        at(20).created(API, "a");
        at(40).learn(API, Map.of());
        at(70).learn(API, Map.of());

        assertThat(novelty(API, "a", issued(0))).isEqualTo(Novelty.NONE);
    }

    @Test
    void createdWhenFarTooManyThenBounded() {
        for (int i = 0; i < 2_001; i++) {
            at(10).created(API, "a" + i);
        }

        assertThat(novelty(API, "a1999", issued(0))).isEqualTo(Novelty.SEEN);
        assertThat(novelty(API, "a2000", issued(0))).isEqualTo(Novelty.NONE);
    }

    // The clocks

    @Test
    void noveltyWhenTheProvidersClockIsAheadThenSightingsAreConvertedAndItsOwnDatesAreNot() {
        clock.answered(
                DateTimeFormatter.RFC_1123_DATE_TIME.format(
                        MovableClock.NOON.plusSeconds(100).atOffset(ZoneOffset.UTC)),
                steady.nanos(),
                steady.nanos());
        at(10).learn(API, Map.of("told", listing("1", 140)));
        at(40).learn(API, Map.of("told", listing("1", 140), "a", listing("2")));

        assertThat(novelty(API, "told", issued(139))).isEqualTo(Novelty.DATED);
        assertThat(novelty(API, "told", issued(140))).isEqualTo(Novelty.NONE);
        assertThat(novelty(API, "a", issued(139))).isEqualTo(Novelty.SEEN);
        assertThat(novelty(API, "a", issued(142))).isEqualTo(Novelty.NONE);
    }

    /** A time before a freeze cannot be compared, so there may be fewer hints, but never more. */
    @Test
    void noveltyWhenTheProcessWasFrozenSinceTheSightingThenNone() {
        AccessToken token = issued(20);
        at(10).learn(ORGANIZATION, Map.of());
        at(40).learn(ORGANIZATION, Map.of("a", listing("1")));
        assertThat(novelty(ORGANIZATION, "a", token)).isEqualTo(Novelty.SEEN);
        wall.step(Duration.ofMinutes(10));
        steady.nanos();

        assertThat(novelty(ORGANIZATION, "a", token)).isEqualTo(Novelty.NONE);
    }

    @Test
    void appearedAtWhenSeenToAppearThenTheEndOfThatReadingAndElseEmpty() {
        at(10).learn(ORGANIZATION, Map.of("a", listing("1"), "b", listing("2")));
        at(40).learn(ORGANIZATION, Map.of("a", listing("3"), "b", listing("2")));
        long seen = steady.nanos();
        at(70).learn(ORGANIZATION, Map.of("a", listing("3"), "b", listing("2")));

        assertThat(catalogue.appearedAt(ORGANIZATION, "a")).hasValue(seen);
        assertThat(catalogue.appearedAt(ORGANIZATION, "b")).isEmpty();
        assertThat(catalogue.appearedAt(ORGANIZATION, "c")).isEmpty();
    }

    // The same scope

    @Test
    void containsWhenNameAndIdAreOnTheLastListThenTrue() {
        at(10).learn(API, Map.of("a", listing("1"), "b", listing(null), "gone", listing("4")));
        at(40).learn(API, Map.of("a", listing("1"), "b", listing(null)));

        assertThat(catalogue.contains(API, "a", "1")).isTrue();
        assertThat(catalogue.contains(API, "a", "2")).isFalse();
        assertThat(catalogue.contains(API, "b", "3")).isTrue();
        assertThat(catalogue.contains(API, "gone", "4")).isFalse();
        assertThat(catalogue.contains(ORGANIZATION, "a", "1")).isFalse();
    }

    private Novelty novelty(Audience audience, String scope, AccessToken token) {
        return catalogue.noveltySince(audience, scope, token.issuedAt());
    }

    private static AccessToken issued(int seconds) {
        Instant now = wall.instant();
        try {
            // Tokens are verified immediately, even if a test judges them at another time.
            wall.step(Duration.between(now, MovableClock.NOON.plusSeconds(seconds)));
            return tokens.organization("acme").verified();
        } finally {
            wall.step(Duration.between(wall.instant(), now));
        }
    }

    private static Listing listing(@Nullable String id) {
        return new Listing(id, null);
    }

    private static Listing listing(String id, int created) {
        return new Listing(id, MovableClock.NOON.plusSeconds(created));
    }

    private At at(int seconds) {
        wall.set(MovableClock.NOON.plusSeconds(seconds));
        return new At();
    }

    private final class At {

        void learn(Audience audience, Map<String, Listing> scopes) {
            catalogue.learn(audience, scopes, steady.nanos());
        }

        void created(Audience audience, String scope) {
            catalogue.created(audience, scope, steady.nanos());
        }
    }
}

package io.scopeguard.remedy;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.drift.ClientPolicy;
import io.scopeguard.drift.Clients;
import io.scopeguard.drift.ScopeDrift;
import io.scopeguard.drift.TokenTraits;
import io.scopeguard.drift.WatchedScopes;
import io.scopeguard.provider.ProviderClock;
import io.scopeguard.provider.RefreshDelivery;
import io.scopeguard.scope.Scopes;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.time.SteadyClock;
import io.scopeguard.token.AccessToken;
import io.scopeguard.token.UnsignedTokens;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * 200,000 users whose clients lack a scope on purpose, twice as many as the memory of asks can hold. Each client is asked a limited
 * number of times.
 */
@Tag("simulation")
class ManyClientsTests {

    private static final int USERS = 200_000;
    private static final int TOKENS = 5;
    private static final Scopes READ = Scopes.of("read");
    private static final ScopeDrift LACKS_WRITE = new ScopeDrift(Scopes.none(), Scopes.of("write"), Scopes.none());

    private final MovableClock wall = MovableClock.atNoon();
    private final SteadyClock clock = wall.steady();
    private final RemedyAdvisor advisor = new RemedyAdvisor(
            new Clients(ClientPolicy.watching(WatchedScopes.all()), Map.of()),
            new ProviderClock(clock),
            kind -> RefreshDelivery.IF_REQUESTED,
            Duration.ofSeconds(30),
            RemedyListener.none());

    /** The asks to the clients with their first token, their second, and so on. */
    private final int[] refreshes = new int[TOKENS];

    private final int[] reconsents = new int[TOKENS];

    @Test
    void adviceWhenTheScopeWasThereAtTheFirstLookThenOneRefreshEach() {
        live(new RecordedHistory(clock).shows("write"), 2);

        assertThat(refreshes).containsExactly(USERS, 0, 0, 0, 0);
        assertThat(reconsents).containsOnly(0);
    }

    @Test
    void adviceWhenAllWereSeenToGainItThenOneRefreshEachAndConsentAtMostThreeTimes() {
        live(new RecordedHistory(clock).gains("write"), TOKENS);

        assertThat(refreshes).containsExactly(USERS, 0, 0, 0, 0);
        // Asks to half of the clients were forgotten for lack of space. Then hints are left out, never repeated.
        assertThat(reconsents[1] + reconsents[2] + reconsents[3]).isLessThanOrEqualTo(3 * USERS);
        assertThat(reconsents[4]).isZero();
    }

    /** Each user holds one token after the other for an hour, and makes two requests with each. */
    private void live(RecordedHistory history, int tokens) {
        for (int number = 0; number < tokens; number++) {
            for (int user = 0; user < USERS; user++) {
                AccessToken token = token(user, number);
                DriftFinding finding = new DriftFinding(TokenTraits.of(token), history, kind -> null, LACKS_WRITE);
                Remedy first = advisor.onGranted(token, finding).remedy();
                Remedy second = advisor.onGranted(token, finding).remedy();
                refreshes[number] += first == Remedy.REFRESH || second == Remedy.REFRESH ? 1 : 0;
                reconsents[number] += first == Remedy.RECONSENT || second == Remedy.RECONSENT ? 1 : 0;
            }
            wall.advance(Duration.ofHours(1));
        }
    }

    private AccessToken token(int user, int number) {
        // The first tokens were issued before the scope was first read.
        Duration age = number == 0 ? Duration.ofMinutes(10) : Duration.ZERO;
        return UnsignedTokens.organization(
                "acme",
                "user" + user,
                "token" + user + "." + number,
                wall.instant().minus(age),
                READ);
    }
}

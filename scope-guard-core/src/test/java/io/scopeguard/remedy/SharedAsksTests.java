package io.scopeguard.remedy;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.testing.MovableClock;
import io.scopeguard.testing.TestTokens;
import io.scopeguard.time.SteadyClock;
import io.scopeguard.token.AccessToken;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The asks of one process to a client, as another process receives them. */
class SharedAsksTests {

    private static final String SCOPE = "write:report";

    private final MovableClock clock = MovableClock.atNoon();
    private final SteadyClock steady = clock.steady();
    private final List<RecordedAsk> told = new ArrayList<>();
    private final AskMemory first = new AskMemory(steady, told::add);
    private final AskMemory second = new AskMemory(steady, AskExchange.NONE);
    private final TestTokens tokens = new TestTokens(clock);
    private final PriorAsk fresh = PriorAsk.refresh(1, Instant.parse("2026-11-30T12:00:01Z"));
    private final AccessToken token =
            tokens.organization("acme").subject("alice").scopes("read:report").verified();

    @Test
    void learnWhenAnotherProcessAskedForConsentThenItIsNotAskedAgain() {
        first.update(token, SCOPE, fresh, ask -> ask.withConsent(token, steady.nanos()));

        told.forEach(second::learn);

        PriorAsk known = second.find(token, SCOPE, 2);
        assertThat(known).isNotNull();
        assertThat(known.consent()).isEqualTo(ask(first).consent());
        clock.advanceSeconds(60);
        assertThat(known.allowsHint(token, steady.nanos())).isFalse();
    }

    /** Clocks are compared, so the same series may begin at a slightly different time in each process. */
    @Test
    void updateWhenAnotherProcessAskedInItsOwnTimeThenFoundInOurs() {
        first.update(token, SCOPE, fresh, ask -> ask.withConsent(token, steady.nanos()));
        told.forEach(second::learn);
        clock.advanceSeconds(600);
        AccessToken newer = tokens.organization("acme")
                .subject("alice")
                .scopes("read:report")
                .verified();

        second.update(
                newer,
                SCOPE,
                PriorAsk.refresh(2, Instant.parse("2026-11-30T12:00:01Z")),
                ask -> ask.withConsent(newer, steady.nanos()));

        PriorAsk known = second.find(newer, SCOPE, 2);
        assertThat(known).isNotNull();
        assertThat(known.consent().tokens()).containsExactly(newer.fingerprint(), token.fingerprint());
    }

    @Test
    void learnWhenBothAskedOtherDevicesAtTheSameTimeThenNeitherIsAskedAgain() {
        AccessToken other = tokens.organization("acme")
                .subject("alice")
                .scopes("read:report")
                .verified();
        first.update(token, SCOPE, fresh, ask -> ask.withConsent(token, steady.nanos()));
        second.update(other, SCOPE, fresh, ask -> ask.withConsent(other, steady.nanos()));

        told.forEach(second::learn);

        clock.advanceSeconds(600);
        for (AccessToken asked : List.of(token, other)) {
            assertThat(ask(second).allowsHint(asked, steady.nanos())).isFalse();
        }
    }

    @Test
    void learnWhenAnAskForARefreshComesLaterThenTheConsentStays() {
        first.update(token, SCOPE, fresh, ask -> ask);
        RecordedAsk refresh = told.get(0);
        first.update(token, SCOPE, fresh, ask -> ask.withConsent(token, steady.nanos()));
        second.learn(told.get(1));

        second.learn(refresh);

        assertThat(ask(second).consent()).isNotNull();
    }

    @Test
    void asksWhenTheStoreLostThemThenAllOfThisProcess() {
        first.update(token, SCOPE, fresh, ask -> ask.withConsent(token, steady.nanos()));
        RecordedAsk before = told.remove(0);

        first.memoryLost();

        assertThat(first.asks()).containsExactly(before);
        assertThat(first.mayHaveForgotten()).isTrue();
    }

    private PriorAsk ask(AskMemory memory) {
        PriorAsk ask = memory.find(token, SCOPE, 1);
        assertThat(ask).isNotNull();
        return ask;
    }
}

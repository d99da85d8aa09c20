package io.scopeguard.signal;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.Decision;
import io.scopeguard.drift.ScopeDrift;
import io.scopeguard.remedy.Remedy;
import io.scopeguard.remedy.RemedyAdvice;
import io.scopeguard.scope.Scopes;
import io.scopeguard.signal.ScopeDriftHint.Change;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.testing.TestTokens;
import io.scopeguard.token.AccessToken;
import java.time.Duration;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;

/** Every written value can be parsed, and no value causes an unexpected exception. */
class ScopeDriftHintPropertyTests {

    private static final TestTokens tokens = new TestTokens(MovableClock.atNoon());

    @AfterContainer
    static void stop() {
        tokens.close();
    }

    @Property
    void parseWhenTheValueIsArbitraryThenNeverThrows(@ForAll String value, @ForAll("nearly") String nearly) {
        ScopeDriftHint.parse(value);
        ScopeDriftHint.parse(nearly);
    }

    @Property(tries = 300)
    void parseWhenTheHeaderWroteTheValueThenReturnsWhatWasWritten(
            @ForAll("scopes") Set<String> demoted,
            @ForAll("scopes") Set<String> promoted,
            @ForAll("scopes") Set<String> added,
            @ForAll boolean isOfResource,
            @ForAll boolean countsOnly) {
        ScopeDrift drift = new ScopeDrift(Scopes.ofTokens(demoted), Scopes.ofTokens(promoted), Scopes.ofTokens(added));
        AccessToken token = (isOfResource ? tokens.resource() : tokens.organization("acme")).verified();
        Decision decision = AdvisedDecisions.of(token, drift, new RemedyAdvice(Remedy.REFRESH, drift, countsOnly));

        ScopeDriftHint hint = ScopeDriftHint.parse(new ScopeDriftHeader(Duration.ofSeconds(30)).valueOf(decision))
                .orElseThrow();

        assertThat(hint.action()).isEqualTo(Remedy.REFRESH);
        assertThat(hint.demoted()).isEqualTo(Change.of(drift.demoted()));
        assertThat(hint.promoted()).isEqualTo(change(drift.promoted(), countsOnly));
        assertThat(hint.added()).isEqualTo(change(drift.introduced(), countsOnly));
        assertThat(hint.organization()).isEqualTo(token.organization());
        assertThat(hint.resource()).isEqualTo(isOfResource ? TestTokens.API.value() : null);
        assertThat(hint.token()).isEqualTo(token.fingerprint());
        assertThat(hint.asOf()).isEqualTo(MovableClock.NOON);
        assertThat(hint.after()).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(30));
    }

    @Provide
    Arbitrary<Set<String>> scopes() {
        return Arbitraries.strings()
                .withCharRange('!', '~')
                .ofMinLength(1)
                .ofMaxLength(20)
                .filter(Scopes::isScopeToken)
                .set()
                .ofMaxSize(8);
    }

    /** A valid value with one part replaced. */
    @Provide
    Arbitrary<String> nearly() {
        String good = "action=refresh, demoted=(\"a\" \"b\"), new=3, organization=\"acme\", "
                + "token=\"q3Zx9vA1c0Tn8kLm\", as-of=1795244700, after=2";
        return Arbitraries.integers()
                .between(0, good.length())
                .flatMap(at -> Arbitraries.strings()
                        .withChars("()=,;\"\\:?*%@ az09-.\t\u00e4\u0000")
                        .ofMaxLength(6)
                        .map(piece -> good.substring(0, at) + piece + good.substring(Math.min(good.length(), at + 2))));
    }

    private static Change change(Scopes scopes, boolean countsOnly) {
        return countsOnly && !scopes.isEmpty() ? new Change(scopes.size(), null) : Change.of(scopes);
    }
}

package io.scopeguard.signal;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.remedy.Remedy;
import io.scopeguard.scope.Scopes;
import io.scopeguard.signal.ScopeDriftHint.Change;
import io.scopeguard.signal.ScopeDriftHint.RoleChange;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The header as a Java client reads it. */
class ScopeDriftHintTests {

    private static final String REST = "token=\"q3Zx9vA1c0Tn8kLm\", as-of=1795244700, after=2";

    @Test
    void parseWhenTheContractsExampleThenAllOfIt() {
        assertThat(ScopeDriftHint.parse("action=refresh, demoted=(\"delete:report\"), promoted=(\"invite:member\"),"
                        + " organization=\"cu2p5w6hsqs5\", " + REST))
                .contains(new ScopeDriftHint(
                        Remedy.REFRESH,
                        Change.of(Scopes.of("delete:report")),
                        Change.of(Scopes.of("invite:member")),
                        Change.NONE,
                        RoleChange.NONE,
                        RoleChange.NONE,
                        "cu2p5w6hsqs5",
                        null,
                        "q3Zx9vA1c0Tn8kLm",
                        Instant.ofEpochSecond(1_795_244_700),
                        Duration.ofSeconds(2)));
    }

    @Test
    void parseWhenCountsThenHowManyButNotWhich() {
        ScopeDriftHint hint =
                ScopeDriftHint.parse("action=reconsent, new=7, " + REST).orElseThrow();

        assertThat(hint.action()).isEqualTo(Remedy.RECONSENT);
        assertThat(hint.added()).isEqualTo(new Change(7, null));
        assertThat(hint.added().isEmpty()).isFalse();
        assertThat(hint.demoted().isEmpty()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "action=refresh, why=\"role edited\", " + REST,
                "action=refresh;urgent, demoted=(\"a\";since=1);x=?1, later, " + REST,
                "  action=refresh,  " + REST + "  ",
                "action=reconsent, action=refresh, " + REST
            })
    void parseWhenThereIsMoreThanItKnowsThenIgnored(String value) {
        assertThat(ScopeDriftHint.parse(value))
                .hasValueSatisfying(hint -> assertThat(hint.action()).isEqualTo(Remedy.REFRESH));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "nonsense",
                "action=refresh",
                "action=dance, " + REST,
                "action=\"refresh\", " + REST,
                "action=(refresh), " + REST,
                REST,
                "action=refresh, token=\"t\", as-of=1",
                "action=refresh, token=\"t\", after=1",
                "action=refresh, as-of=1, after=1",
                "action=refresh, token=t, as-of=1, after=1",
                "action=refresh, token=\"t\", as-of=1.5, after=1",
                "action=refresh, token=\"t\", as-of=-1, after=1",
                "action=refresh, token=\"t\", as-of=1, after=-1",
                "action=refresh, token=\"t\", as-of=1, after=31",
                "action=refresh, demoted=-1, " + REST,
                "action=refresh, demoted=3000000000, " + REST,
                "action=refresh, demoted=\"a\", " + REST,
                "action=refresh, demoted=(a), " + REST,
                "action=refresh, demoted=(\"a b\"), " + REST,
                "action=refresh, demoted=(\"\"), " + REST,
                "action=refresh, demoted=(\"a\\\\b\"), " + REST,
                "action=refresh, organization=acme, " + REST,
                "action=refresh, resource=1, " + REST,
                "action=refresh, " + REST + ",",
                "action=refresh, demoted=(\"a\", " + REST,
                "action=refresh, demoted=:%%:, " + REST,
                "action=refresh, organization=\"\u00e4\", " + REST
            })
    void parseWhenSomethingIsWrongThenNothing(String value) {
        assertThat(ScopeDriftHint.parse(value)).isEmpty();
    }

    @Test
    void parseWhenLongerThanAnyThenNothing() {
        String value = "action=refresh, " + REST + ", x=" + "y".repeat(1024);

        assertThat(ScopeDriftHint.parse(value.substring(0, 1024))).isPresent();
        assertThat(ScopeDriftHint.parse(value.substring(0, 1025))).isEmpty();
    }
}

package io.scopeguard.bench.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.scopeguard.bench.live.cases.Cases;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OptionsTests {

    @Test
    void pickedWhenNoCasesAreNamedThenAll() {
        Options options = Options.parse();

        assertThat(options.picked(Cases.all(options))).hasSameSizeAs(Cases.all(options));
    }

    @Test
    void pickedWhenBeginningsAreNamedThenTheCasesThatBeginLikeThat() {
        assertThat(picked("role-taken,outage"))
                .containsExactly("role-taken-1", "role-taken-10", "role-taken-100", "outage");
    }

    @ParameterizedTest
    @ValueSource(strings = {"role-token", "outage,role-token", "outage,", "Outage"})
    void pickedWhenANameFitsNoCaseThenAnErrorThatListsTheNames(String cases) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> picked(cases))
                .withMessageContaining("role-taken-100, ")
                .withMessageContaining("outage");
    }

    private static List<String> picked(String cases) {
        Options options = Options.parse("cases=" + cases);
        return options.picked(Cases.all(options)).stream().map(LiveCase::title).toList();
    }
}

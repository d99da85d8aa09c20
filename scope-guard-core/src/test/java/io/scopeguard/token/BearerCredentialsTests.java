package io.scopeguard.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class BearerCredentialsTests {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            nullValues = "-",
            value = {
                "`Bearer a.b.c`|a.b.c",
                "`bEARER   a.b.c  `|a.b.c",
                "`Bearer undefined`|undefined",
                "`Bearer [object Object]`|`[object Object]`",
                "``|-",
                "`Basic eDp5`|-",
                "`DPoP a.b.c`|-",
                "`a.b.c`|-",
                "`Bearer:a.b.c`|-",
                "`Bearera.b.c`|-",
                "`Bearer=a,b`|-",
                "`Digest a, bearer=b, bearers c`|-",
                "`Digest a=\"\\\\\", b=\", Bearer c\"`|-",
                "`Digest username=\"a, Bearer b\", uri=\"/\\\", bearer \"`|-"
            })
    void tokenWhenAtMostOneCredentialThenItsToken(String header, @Nullable String token) {
        assertThat(BearerCredentials.token(List.of(header), null)).isEqualTo(token);
    }

    static Stream<Arguments> tokenWhenCredentialsAreInvalidThenRejected() {
        return Stream.of(
                Arguments.of(List.of("Bearer"), "carries no token"),
                Arguments.of(List.of("Bearer   "), "carries no token"),
                Arguments.of(List.of("Bearer a,Bearer b"), "more than one credential"),
                Arguments.of(List.of("Bearer a, Basic eDp5"), "more than one credential"),
                Arguments.of(List.of("Basic eDp5,bearer a"), "more than one credential"),
                Arguments.of(List.of("Basic eDp5, Bearer"), "more than one credential"),
                Arguments.of(List.of(",Bearer a"), "more than one credential"),
                Arguments.of(List.of("Bearer, Basic eDp5"), "more than one credential"),
                Arguments.of(List.of("bearer,"), "more than one credential"),
                Arguments.of(List.of("Basic eDp5, Bearer, Digest a"), "more than one credential"),
                Arguments.of(List.of("Basic eDp5 , \t bearer\ta"), "more than one credential"),
                Arguments.of(List.of("Digest a=\"\\\\\", Bearer b, c=\"\""), "more than one credential"),
                Arguments.of(List.of("Digest a=\\\", Bearer b"), "more than one credential"),
                Arguments.of(List.of("Digest a=\"b, Bearer c"), "more than one credential"),
                Arguments.of(List.of("Digest a=\"\", b=\"c\\\", Bearer d"), "more than one credential"),
                Arguments.of(List.of("Bearer\ta.b.c"), "a tab after the scheme"),
                Arguments.of(List.of("bearer\t a.b.c"), "a tab after the scheme"),
                Arguments.of(List.of("Bearer Bearer a"), "repeats the scheme"),
                Arguments.of(List.of("Bearer a b"), "a space after the token"),
                Arguments.of(List.of("Bearer a", "Bearer a"), "one Authorization header"),
                Arguments.of(List.of("Basic eDp5", "Bearer a"), "one Authorization header"));
    }

    @ParameterizedTest
    @MethodSource
    void tokenWhenCredentialsAreInvalidThenRejected(List<String> headers, String description) {
        assertThatExceptionOfType(InvalidCredentialsException.class)
                .isThrownBy(() -> BearerCredentials.token(headers, null))
                .satisfies(e -> assertThat(e.description()).contains(description));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "access_token=a",
                "access_token",
                "access_token=",
                "page=1&access_token=a",
                "%61ccess%5Ftoken=a",
                "broken=%zz&access_token=a"
            })
    void tokenWhenTheQueryContainsATokenThenRejected(String query) {
        for (List<String> headers : List.of(List.<String>of(), List.of("Bearer a.b.c"))) {
            assertThatExceptionOfType(InvalidCredentialsException.class)
                    .isThrownBy(() -> BearerCredentials.token(headers, query))
                    .satisfies(e -> assertThat(e.description()).contains("not as a parameter"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "&", "=", "token=access_token", "access_token2=a", "ACCESS_TOKEN=a", "%zz=%"})
    void tokenWhenTheQueryContainsNoneThenTakenFromTheHeader(String query) {
        assertThat(BearerCredentials.token(List.of("Bearer a.b.c"), query)).isEqualTo("a.b.c");
    }

    /** Work that grew with the square of the length would take hours. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "\\\"",
                "\"",
                "\"\\",
                "\\",
                ",",
                ", ",
                " ",
                "\t",
                ", bearers",
                ", bearer=",
                "\", Bearer \"",
                "a=\"b\","
            })
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void tokenWhenTheHeaderIsLongThenReadOnce(String part) {
        String header = "Digest x," + part.repeat((4 << 20) / part.length());

        assertThat(BearerCredentials.token(List.of(header), null)).isNull();
    }

    @Test
    void tokenWhenNoHeaderThenNone() {
        assertThat(BearerCredentials.token(List.of(), null)).isNull();
    }
}

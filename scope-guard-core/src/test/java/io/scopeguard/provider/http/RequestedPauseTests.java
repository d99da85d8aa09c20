package io.scopeguard.provider.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpHeaders;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The pauses that responses request. */
class RequestedPauseTests {

    private static final String DATE = "Sat, 21 Nov 2026 12:00:00 GMT";
    private static final Instant OURS = Instant.parse("2026-11-21T12:00:30Z");

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            delimiter = '|',
            value = {
                "7                             | -          | 7",
                "Sat, 21 Nov 2026 12:00:09 GMT | -          | 9",
                "Sat, 21 Nov 2026 11:59:59 GMT | -          | -1",
                "-                             | 1795262440 | 40",
                "-                             | 40         | 40",
                "7                             | 1795262440 | 7",
                "soon                          | 1795262440 | 40",
                "soon                          | later      | -",
                "-                             | -          | -"
            })
    void ofWhenHeadersThenFirstThatSaysSomething(
            @Nullable String retryAfter, @Nullable String reset, @Nullable Long seconds) {
        Map<String, List<String>> headers = new HashMap<>(Map.of("Date", List.of(DATE)));
        put(headers, "Retry-After", retryAfter);
        put(headers, "x-ratelimit-reset", reset);

        assertThat(RequestedPause.of(429, HttpHeaders.of(headers, (name, value) -> true), OURS)
                        .map(Duration::toSeconds))
                .isEqualTo(java.util.Optional.ofNullable(seconds));
    }

    @ParameterizedTest
    @CsvSource({"1795262440, 10", "4, 4"})
    void ofWhenAnswerHasNoDateThenOurTime(String reset, long seconds) {
        Map<String, List<String>> headers = Map.of("X-RateLimit-Reset", List.of(reset));

        assertThat(RequestedPause.of(429, HttpHeaders.of(headers, (name, value) -> true), OURS))
                .hasValue(Duration.ofSeconds(seconds));
    }

    /** Some providers send the limits with every response. */
    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "503, -,  x-ratelimit, 12, -",
                "503, -,  x-ratelimit, -,  -",
                "503, -,  x-ratelimit, 0,  40",
                "503, 7,  x-ratelimit, 0,  7",
                "503, 7,  x-ratelimit, 12, 7",
                "503, -,  RateLimit,   12, -",
                "503, -,  RateLimit,   0,  40",
                "429, -,  RateLimit,   -,  40",
                "429, -,  x-ratelimit, 12, 40",
                "429, -,  Other-Limit, 0,  -"
            })
    void ofWhenCallsRemainThenTheResetIsNoRequest(
            int status, @Nullable String retryAfter, String limit, @Nullable String remaining, @Nullable Long seconds) {
        Map<String, List<String>> headers = new HashMap<>(Map.of("Date", List.of(DATE)));
        put(headers, "Retry-After", retryAfter);
        put(headers, limit + "-Reset", "40");
        put(headers, limit + "-Remaining", remaining);

        assertThat(RequestedPause.of(status, HttpHeaders.of(headers, (name, value) -> true), OURS)
                        .map(Duration::toSeconds))
                .isEqualTo(java.util.Optional.ofNullable(seconds));
    }

    private static void put(Map<String, List<String>> headers, String name, @Nullable String value) {
        if (value != null) {
            headers.put(name, List.of(value));
        }
    }
}

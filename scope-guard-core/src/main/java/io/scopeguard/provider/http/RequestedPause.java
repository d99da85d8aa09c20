package io.scopeguard.provider.http;

import java.net.http.HttpHeaders;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** The pause before the next call that an error response requests. */
final class RequestedPause {

    private static final int TOO_MANY_REQUESTS = 429;

    private static final Pattern SECONDS = Pattern.compile("\\d{1,12}");
    private static final Pattern ZERO = Pattern.compile("0+");

    /** A number greater than the seconds of a year is a point in time. */
    private static final long MAX_SECONDS = Duration.ofDays(365).toSeconds();

    /** The headers of rate limits, which are not standardized, have one of these prefixes. */
    private static final List<String> RATE_LIMITS = List.of("X-RateLimit-", "RateLimit-");

    private RequestedPause() {}

    /**
     * Reads {@code Retry-After} (RFC 9110 §10.2.3), or else the reset of a rate limit. Some providers send the seconds to wait,
     * others the time at which calls are possible again, in seconds since the epoch. Responses contain a reset also while calls
     * remain: it requests a pause only if the status is 429, or no calls remain.
     *
     * @param now the time to use if the response has no {@code Date}
     */
    static Optional<Duration> of(int status, HttpHeaders headers, Instant now) {
        Instant date = headers.firstValue("Date").flatMap(RequestedPause::date).orElse(now);
        return headers.firstValue("Retry-After")
                .flatMap(value -> retryAfter(value, date))
                .or(() -> RATE_LIMITS.stream()
                        .filter(limit -> status == TOO_MANY_REQUESTS || isUsedUp(headers, limit))
                        .flatMap(limit -> headers.firstValue(limit + "Reset").stream())
                        .flatMap(value -> seconds(value, date).stream())
                        .findFirst());
    }

    private static boolean isUsedUp(HttpHeaders headers, String limit) {
        return headers.firstValue(limit + "Remaining")
                .filter(value -> ZERO.matcher(value).matches())
                .isPresent();
    }

    private static Optional<Duration> retryAfter(String value, Instant date) {
        return seconds(value, date).or(() -> date(value).map(until -> Duration.between(date, until)));
    }

    private static Optional<Duration> seconds(String value, Instant date) {
        return SECONDS.matcher(value).matches() ? Optional.of(until(Long.parseLong(value), date)) : Optional.empty();
    }

    private static Duration until(long seconds, Instant date) {
        return seconds <= MAX_SECONDS
                ? Duration.ofSeconds(seconds)
                : Duration.between(date, Instant.ofEpochSecond(seconds));
    }

    private static Optional<Instant> date(String value) {
        try {
            return Optional.of(DateTimeFormatter.RFC_1123_DATE_TIME.parse(value, Instant::from));
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }
}

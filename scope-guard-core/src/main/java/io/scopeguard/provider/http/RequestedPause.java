package io.scopeguard.provider.http;

import java.net.http.HttpHeaders;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.regex.Pattern;

/** The pause before the next call that a response requests. */
final class RequestedPause {

    private static final Pattern SECONDS = Pattern.compile("\\d{1,12}");

    /** A number greater than the seconds of a year is a point in time. */
    private static final long MAX_SECONDS = Duration.ofDays(365).toSeconds();

    private RequestedPause() {}

    /**
     * Reads {@code Retry-After} (RFC 9110 §10.2.3), or else {@code X-RateLimit-Reset}, which is not standardized: some providers
     * send the seconds to wait, others the time at which calls are possible again, in seconds since the epoch.
     *
     * @param now the time to use if the response has no {@code Date}
     */
    static Optional<Duration> of(HttpHeaders headers, Instant now) {
        Instant date = headers.firstValue("Date").flatMap(RequestedPause::date).orElse(now);
        return headers.firstValue("Retry-After")
                .flatMap(value -> SECONDS.matcher(value).matches()
                        ? Optional.of(until(Long.parseLong(value), date))
                        : date(value).map(until -> Duration.between(date, until)))
                .or(() -> headers.firstValue("X-RateLimit-Reset")
                        .filter(value -> SECONDS.matcher(value).matches())
                        .map(value -> until(Long.parseLong(value), date)));
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

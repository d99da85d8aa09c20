package io.scopeguard.signal;

import io.scopeguard.Decision;
import io.scopeguard.provider.InvalidTokenException;
import io.scopeguard.token.InvalidCredentialsException;
import io.scopeguard.token.KeysUnavailableException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Turns each outcome of verification and authorization into status, headers and body. Thread-safe.
 *
 * <pre>{@code
 * try {
 *     String token = BearerCredentials.token(authorizationHeaders, rawQuery);
 *     response = token == null
 *             ? responses.ofMissingToken()
 *             : responses.of(guard.authorize(guard.verify(token), request));
 * } catch (InvalidCredentialsException e) {
 *     response = responses.of(e);
 * } catch (InvalidTokenException e) {
 *     response = responses.of(e);
 * } catch (KeysUnavailableException e) {
 *     response = responses.of(e);
 * }
 * }</pre>
 *
 * @since 0.1
 */
public final class Responses {

    private static final Duration DEFAULT_SPREAD = Duration.ofSeconds(10);

    private final ProblemResponses problems;
    private final ScopeDriftHeader header;

    /** Responses that spread the clients of granted requests over ten seconds and name no protected resource metadata. */
    public Responses() {
        this(null, DEFAULT_SPREAD);
    }

    /**
     * @param resourceMetadata the address of this API's protected resource metadata (RFC 9728), or {@code null} if there is none
     * @param spread the time over which the clients of granted requests are spread; one to thirty seconds
     * @throws IllegalArgumentException if the spread is out of range
     */
    public Responses(@Nullable String resourceMetadata, Duration spread) {
        problems = new ProblemResponses(resourceMetadata);
        header = new ScopeDriftHeader(spread);
    }

    /** The response to a request with a verified token: granted or denied. */
    public Response of(Decision decision) {
        String drift = header.valueOf(decision);
        if (!decision.isGranted()) {
            return response(problems.of(decision), drift);
        }
        return new Response(200, headers(drift), null);
    }

    /** The response to a request whose token is invalid. */
    public Response of(InvalidTokenException invalid) {
        return response(problems.invalidToken(invalid), null);
    }

    /** The response to a request whose token cannot be verified at the moment. */
    public Response of(KeysUnavailableException unavailable) {
        return response(problems.keysUnavailable(unavailable), null);
    }

    /** The response to a request whose credentials are not those of a single bearer token. */
    public Response of(InvalidCredentialsException invalid) {
        return response(problems.invalidRequest(invalid.description()), null);
    }

    /** The response to a request without a bearer token. */
    public Response ofMissingToken() {
        return response(problems.missingToken(), null);
    }

    private static Response response(ProblemResponse problem, @Nullable String drift) {
        Map<String, String> headers = headers(drift);
        headers.putAll(problem.headers());
        headers.put("Cache-Control", "no-store");
        return new Response(problem.status(), headers, problem.body());
    }

    /** A response with a hint must not be cached, because a cache would replay the hint. */
    private static Map<String, String> headers(@Nullable String drift) {
        Map<String, String> headers = new HashMap<>();
        if (drift != null) {
            headers.put(ScopeDriftHeader.NAME, drift);
            headers.put("Cache-Control", "no-store");
        }
        return headers;
    }
}

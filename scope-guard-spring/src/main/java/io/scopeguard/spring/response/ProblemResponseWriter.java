package io.scopeguard.spring.response;

import io.scopeguard.annotation.Internal;
import io.scopeguard.signal.ProblemResponse;
import io.scopeguard.signal.ProblemResponses;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;

/**
 * Writes problem responses. Thread-safe.
 *
 * @hidden
 */
@Internal
public final class ProblemResponseWriter {

    private final ApiAddress address;
    private final SignalHeaderWriter signals;

    public ProblemResponseWriter(ApiAddress address, SignalHeaderWriter signals) {
        this.address = address;
        this.signals = signals;
    }

    /** Responds with the chosen problem, which names the metadata of the API. */
    public void write(
            HttpServletRequest request,
            HttpServletResponse response,
            Function<ProblemResponses, ProblemResponse> choice)
            throws IOException {
        if (request.getDispatcherType() == DispatcherType.INCLUDE) {
            // An included resource must not change the response of the including one.
            return;
        }
        ProblemResponse problem = choice.apply(new ProblemResponses(address.ofMetadata(request)));
        DecisionObservationFilter.refused(request, problem.problem().type());
        respond(request, response, problem);
    }

    private void respond(HttpServletRequest request, HttpServletResponse response, ProblemResponse problem)
            throws IOException {
        response.setStatus(problem.status());
        // If the handler continued asynchronously, the filter has already written its headers.
        signals.rewriteHeaders(request, response);
        problem.headers().forEach(response::setHeader);
        response.setCharacterEncoding(StandardCharsets.UTF_8);
        byte[] body = problem.body().getBytes(StandardCharsets.UTF_8);
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
        response.flushBuffer();
    }

    /**
     * Responds to an error dispatch that the filter chain denies with the status of the error. The decision about the request
     * itself was made before, so a 401 or 403 for its error page would hide the error from the client.
     *
     * @return whether this is such a dispatch; then the response has been written
     */
    boolean keepError(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (request.getDispatcherType() != DispatcherType.ERROR
                || !(request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE) instanceof Integer status)
                || lacksChallenge(status, response)) {
            return false;
        }
        HttpStatus known = HttpStatus.resolve(status);
        respond(
                request,
                response,
                ProblemResponses.requestFailed(status, known == null ? null : known.getReasonPhrase()));
        return true;
    }

    /** Adds our challenge to a 401 response without one, because a challenge is required (RFC 9110 §15.5.2). */
    private static boolean lacksChallenge(int status, HttpServletResponse response) {
        return status == HttpServletResponse.SC_UNAUTHORIZED && !response.containsHeader(HttpHeaders.WWW_AUTHENTICATE);
    }
}

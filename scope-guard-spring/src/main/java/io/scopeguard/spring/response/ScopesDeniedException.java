package io.scopeguard.spring.response;

import io.scopeguard.Decision;
import io.scopeguard.annotation.Internal;
import io.scopeguard.signal.Problem;
import io.scopeguard.signal.ProblemResponses;
import java.util.Map;
import org.springframework.security.authorization.AuthorizationDeniedException;

/**
 * Thrown by method security when a verified token does not permit a call. In a web request, the response is that of any other
 * denial. Without an HTTP response, such as in messaging, the application can send {@link #problem()}:
 *
 * <pre>{@code
 * @MessageExceptionHandler
 * @SendToUser("/queue/errors")
 * Map<String, Object> denied(ScopesDeniedException denied) {
 *     return denied.problem();
 * }
 * }</pre>
 *
 * @since 0.1
 */
public final class ScopesDeniedException extends AuthorizationDeniedException {

    private final DecisionResult result;

    /**
     * @param method the name of the method, for the message
     * @param result a denial
     * @hidden
     */
    @Internal
    public ScopesDeniedException(String method, DecisionResult result) {
        super("Access to " + method + " is denied: " + result.decision().denial(), result);
        this.result = result;
    }

    /** The denial. */
    public Decision decision() {
        return result.decision();
    }

    /** The members of the problem detail (RFC 9457) that an HTTP response would carry. */
    public Map<String, Object> problem() {
        return problem(result).members();
    }

    static Problem problem(DecisionResult denied) {
        return new ProblemResponses(null).of(denied.decision()).problem();
    }
}

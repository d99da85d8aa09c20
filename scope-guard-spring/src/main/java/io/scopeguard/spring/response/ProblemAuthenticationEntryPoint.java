package io.scopeguard.spring.response;

import io.scopeguard.annotation.Internal;
import io.scopeguard.provider.InvalidTokenException;
import io.scopeguard.provider.InvalidTokenException.Reason;
import io.scopeguard.signal.ProblemResponse;
import io.scopeguard.signal.ProblemResponses;
import io.scopeguard.spring.authentication.SigningKeysUnavailableException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.security.web.AuthenticationEntryPoint;

/**
 * Responds to requests without a usable token. Thread-safe.
 *
 * @hidden
 */
@Internal
public final class ProblemAuthenticationEntryPoint implements AuthenticationEntryPoint {

    private final ProblemResponseWriter writer;

    public ProblemAuthenticationEntryPoint(ProblemResponseWriter writer) {
        this.writer = writer;
    }

    @Override
    public void commence(HttpServletRequest request, HttpServletResponse response, AuthenticationException exception)
            throws IOException {
        if (!writer.keepError(request, response)) {
            writer.write(request, response, problems -> problem(problems, request, exception));
        }
    }

    private static ProblemResponse problem(
            ProblemResponses problems, HttpServletRequest request, AuthenticationException exception) {
        if (exception instanceof SigningKeysUnavailableException unavailable) {
            return problems.keysUnavailable(unavailable.trouble());
        }
        if (exception instanceof OAuth2AuthenticationException oauth2) {
            return problem(problems, oauth2.getError(), invalidToken(exception));
        }
        return request.getHeader(HttpHeaders.AUTHORIZATION) == null
                ? problems.missingToken()
                : problems.otherCredentials();
    }

    private static ProblemResponse problem(
            ProblemResponses problems, OAuth2Error error, @Nullable InvalidTokenException invalid) {
        if (invalid != null) {
            return problems.invalidToken(invalid);
        }
        if (error.getErrorCode().equals(OAuth2ErrorCodes.INVALID_REQUEST)) {
            String description = error.getDescription();
            return problems.invalidRequest(description == null ? "The request is malformed." : description);
        }
        // Another decoder rejected the token. Its message may not be suitable for clients.
        return problems.invalidToken(new InvalidTokenException(Reason.MALFORMED, "The token is not valid here."));
    }

    private static @Nullable InvalidTokenException invalidToken(Throwable exception) {
        for (Throwable cause = exception; cause != null; cause = cause.getCause()) {
            if (cause instanceof InvalidTokenException invalid) {
                return invalid;
            }
        }
        return null;
    }
}

package io.scopeguard.spring.authentication;

import io.scopeguard.annotation.Internal;
import io.scopeguard.token.BearerCredentials;
import io.scopeguard.token.InvalidCredentialsException;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.server.resource.BearerTokenErrors;
import org.springframework.security.oauth2.server.resource.web.BearerTokenResolver;

/**
 * Takes the token from the request as {@link BearerCredentials} does. Never reads a parameter through the servlet API, because that
 * consumes the body of a form before the handler can read it. Thread-safe.
 *
 * @hidden
 */
@Internal
public final class StrictBearerTokenResolver implements BearerTokenResolver {

    @Override
    public @Nullable String resolve(HttpServletRequest request) {
        List<String> credentials = Collections.list(request.getHeaders(HttpHeaders.AUTHORIZATION));
        try {
            return BearerCredentials.token(credentials, request.getQueryString());
        } catch (InvalidCredentialsException e) {
            throw new OAuth2AuthenticationException(BearerTokenErrors.invalidRequest(e.description()));
        }
    }
}

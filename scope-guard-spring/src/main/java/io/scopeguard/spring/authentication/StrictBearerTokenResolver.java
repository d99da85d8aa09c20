package io.scopeguard.spring.authentication;

import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.server.resource.BearerTokenErrors;
import org.springframework.security.oauth2.server.resource.web.BearerTokenResolver;
import org.springframework.web.util.UriComponentsBuilder;
import org.springframework.web.util.UriUtils;

/**
 * Takes a token from one {@code Authorization} header and nowhere else (RFC 6750 §2). A second credential, or a token where it
 * would end in logs, is an invalid request. What the token looks like is left to its verifier.
 */
public final class StrictBearerTokenResolver implements BearerTokenResolver {

    private static final String SCHEME = "bearer";
    private static final String PARAMETER = "access_token";

    @Override
    public @Nullable String resolve(HttpServletRequest request) {
        List<String> credentials = Collections.list(request.getHeaders(HttpHeaders.AUTHORIZATION));
        if (credentials.size() > 1) {
            throw invalidRequest("Send one Authorization header.");
        }
        if (hasTokenParameter(request)) {
            throw invalidRequest("Send the token in the Authorization header, not as a parameter.");
        }
        return credentials.isEmpty() ? null : bearerToken(credentials.get(0));
    }

    /** Takes the token out of the header in one copy: it is long, and there is one in each request. */
    private static @Nullable String bearerToken(String credentials) {
        int scheme = SCHEME.length();
        if (!credentials.regionMatches(true, 0, SCHEME, 0, scheme)) {
            return null;
        }
        int start = scheme;
        int end = credentials.length();
        while (start < end && credentials.charAt(start) == ' ') {
            start++;
        }
        while (end > start && credentials.charAt(end - 1) == ' ') {
            end--;
        }
        if (start == end) {
            throw invalidRequest("The Authorization header has no token.");
        }
        return start == scheme ? null : credentials.substring(start, end);
    }

    /** A form's parameters are in the body, which only a form's own handler reads in another way. */
    private static boolean hasTokenParameter(HttpServletRequest request) {
        return isForm(request) ? isInForm(request) : isInQuery(request.getQueryString());
    }

    private static boolean isInForm(HttpServletRequest request) {
        try {
            return request.getParameterMap().containsKey(PARAMETER);
        } catch (IllegalStateException e) {
            // A form that cannot be read holds no token. Whether that is a bad request is not ours to say.
            return false;
        }
    }

    private static boolean isInQuery(@Nullable String query) {
        if (query == null) {
            return false;
        }
        return UriComponentsBuilder.newInstance().query(query).build().getQueryParams().keySet().stream()
                .anyMatch(name -> PARAMETER.equals(decoded(name)));
    }

    private static String decoded(String name) {
        try {
            return UriUtils.decode(name, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return name;
        }
    }

    private static boolean isForm(HttpServletRequest request) {
        String type = request.getContentType();
        return type != null
                && type.regionMatches(
                        true,
                        0,
                        MediaType.APPLICATION_FORM_URLENCODED_VALUE,
                        0,
                        MediaType.APPLICATION_FORM_URLENCODED_VALUE.length());
    }

    private static OAuth2AuthenticationException invalidRequest(String description) {
        return new OAuth2AuthenticationException(BearerTokenErrors.invalidRequest(description));
    }
}

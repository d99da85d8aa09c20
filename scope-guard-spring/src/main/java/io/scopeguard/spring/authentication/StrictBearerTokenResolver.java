package io.scopeguard.spring.authentication;

import io.scopeguard.annotation.Internal;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.server.resource.BearerTokenErrors;
import org.springframework.security.oauth2.server.resource.web.BearerTokenResolver;
import org.springframework.web.util.UriComponentsBuilder;
import org.springframework.web.util.UriUtils;

/**
 * Takes the token from the {@code Authorization} header and from nowhere else (RFC 6750 §2.1). Rejects a second credential and
 * a token in the query. Never reads a parameter through the servlet API, because that consumes the body of a form before the
 * handler can read it. The verifier checks the token itself.
 *
 * <p>Thread-safe.
 *
 * @hidden
 */
@Internal
public final class StrictBearerTokenResolver implements BearerTokenResolver {

    private static final String SCHEME = "bearer";
    private static final String PARAMETER = "access_token";

    /** The text of a JavaScript object. The verifier explains the mistake. */
    private static final String STRINGIFIED_OBJECT = "[object ";

    private static final Pattern QUOTED = Pattern.compile("\"(?:[^\"\\\\]|\\\\.)*+\"");
    private static final Pattern BEARER_AFTER_COMMA =
            Pattern.compile(",\\s*" + SCHEME + "(?:\\s|$)", Pattern.CASE_INSENSITIVE);

    @Override
    public @Nullable String resolve(HttpServletRequest request) {
        List<String> credentials = Collections.list(request.getHeaders(HttpHeaders.AUTHORIZATION));
        if (credentials.size() > 1) {
            throw invalidRequest("Send one Authorization header.");
        }
        if (isInQuery(request.getQueryString())) {
            throw invalidRequest("Send the token in the Authorization header, not as a parameter.");
        }
        return credentials.isEmpty() ? null : bearerToken(credentials.get(0));
    }

    /** Takes the token out of the header in one copy: it is long, and there is one in each request. */
    private static @Nullable String bearerToken(String credentials) {
        int scheme = SCHEME.length();
        if (!credentials.regionMatches(true, 0, SCHEME, 0, scheme)) {
            return otherScheme(credentials);
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
            throw invalidRequest("The Authorization header names the scheme Bearer but carries no token.");
        }
        return start == scheme ? otherScheme(credentials) : single(credentials.substring(start, end));
    }

    /** Other schemes are not ours to answer, unless a bearer token stands beside them. */
    private static @Nullable String otherScheme(String credentials) {
        if (credentials.indexOf(',') >= 0
                && BEARER_AFTER_COMMA
                        .matcher(QUOTED.matcher(credentials).replaceAll(""))
                        .find()) {
            throw twoCredentials();
        }
        return null;
    }

    /** RFC 6750 §2.1: a token contains neither a comma nor a space. */
    private static String single(String token) {
        if (token.indexOf(',') >= 0) {
            throw twoCredentials();
        }
        if (token.indexOf(' ') >= 0 && !token.startsWith(STRINGIFIED_OBJECT)) {
            throw invalidRequest(
                    token.regionMatches(true, 0, SCHEME + " ", 0, SCHEME.length() + 1)
                            ? "The Authorization header repeats the scheme Bearer."
                            : "The Authorization header contains a space after the token: send the token alone.");
        }
        return token;
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

    private static OAuth2AuthenticationException twoCredentials() {
        return invalidRequest("The Authorization header carries more than one credential. Send one.");
    }

    private static OAuth2AuthenticationException invalidRequest(String description) {
        return new OAuth2AuthenticationException(BearerTokenErrors.invalidRequest(description));
    }
}

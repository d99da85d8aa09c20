package io.scopeguard.token;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the bearer token of a request from the {@code Authorization} header, and from nowhere else (RFC 6750 §2.1, RFC 9110
 * §11.6.2). A request with two credentials is rejected, because another part of the system might read the other one.
 *
 * <pre>{@code
 * String token = BearerCredentials.token(headers.getOrDefault("Authorization", List.of()), uri.getRawQuery());
 * AccessToken verified = token == null ? null : guard.verify(token);
 * }</pre>
 *
 * @since 0.1
 */
public final class BearerCredentials {

    private static final String SCHEME = "bearer";
    private static final String PARAMETER = "access_token";

    /** The text of a JavaScript object. The verifier explains the mistake. */
    private static final String STRINGIFIED_OBJECT = "[object ";

    private BearerCredentials() {}

    /**
     * The bearer token of a request. It is not verified: its text is neither empty nor contains a comma.
     *
     * @param authorization the values of all {@code Authorization} headers of the request
     * @param query the raw query of the request's address, or {@code null} if there is none
     * @return the token; {@code null} if there is no {@code Authorization} header, or if the header has another scheme than {@code
     *     Bearer}
     * @throws InvalidCredentialsException if there are several credentials, if the scheme is {@code Bearer} without a single token,
     *     or if the query contains a parameter {@code access_token}
     */
    public static @Nullable String token(List<String> authorization, @Nullable String query) {
        if (authorization.size() > 1) {
            throw new InvalidCredentialsException("Send one Authorization header.");
        }
        if (query != null && isIn(query)) {
            throw new InvalidCredentialsException("Send the token in the Authorization header, not as a parameter.");
        }
        return authorization.isEmpty() ? null : token(authorization.get(0));
    }

    /** Takes the token out of the header in one copy: it is long, and there is one in each request. */
    private static @Nullable String token(String credentials) {
        int scheme = SCHEME.length();
        if (!credentials.regionMatches(true, 0, SCHEME, 0, scheme)) {
            return ofOtherScheme(credentials);
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
            throw new InvalidCredentialsException(
                    "The Authorization header names the scheme Bearer but carries no token.");
        }
        return start == scheme ? unseparated(credentials) : single(credentials.substring(start, end));
    }

    /** A text that begins with the scheme's name, without a space after it. It may be the name of another scheme. */
    private static @Nullable String unseparated(String credentials) {
        return switch (credentials.charAt(SCHEME.length())) {
            case ',' -> throw several();
            case '\t' ->
                throw new InvalidCredentialsException(
                        "The Authorization header contains a tab after the scheme Bearer: send a space.");
            default -> ofOtherScheme(credentials);
        };
    }

    /** Other schemes are not rejected, unless a bearer token stands beside them. */
    private static @Nullable String ofOtherScheme(String credentials) {
        if (namesBearerAfterComma(credentials)) {
            throw several();
        }
        return null;
    }

    /** Reads each character once. The text of quoted strings does not count, but quotes that are never closed quote nothing. */
    private static boolean namesBearerAfterComma(String credentials) {
        boolean isQuoted = false;
        boolean isEscaped = false;
        boolean isInQuotes = false;
        boolean isAfterComma = false;
        for (int i = 0; i < credentials.length(); i++) {
            char c = credentials.charAt(i);
            if (isAfterComma && isBearerAt(i, credentials)) {
                if (!isQuoted) {
                    return true;
                }
                isInQuotes = true;
            }
            isAfterComma = c == ',' || (isAfterComma && isSpace(c));
            if (c == '"' && !isEscaped) {
                isQuoted = !isQuoted;
                isInQuotes = false;
            }
            isEscaped = isQuoted && c == '\\' && !isEscaped;
        }
        return isInQuotes;
    }

    private static boolean isBearerAt(int start, String credentials) {
        int end = start + SCHEME.length();
        return credentials.regionMatches(true, start, SCHEME, 0, SCHEME.length())
                && (end == credentials.length() || credentials.charAt(end) == ',' || isSpace(credentials.charAt(end)));
    }

    private static boolean isSpace(char c) {
        return c == ' ' || c == '\t';
    }

    /** RFC 6750 §2.1: a token contains neither a comma nor a space. */
    private static String single(String token) {
        if (token.indexOf(',') >= 0) {
            throw several();
        }
        if (token.indexOf(' ') >= 0 && !token.startsWith(STRINGIFIED_OBJECT)) {
            throw new InvalidCredentialsException(
                    token.regionMatches(true, 0, SCHEME + " ", 0, SCHEME.length() + 1)
                            ? "The Authorization header repeats the scheme Bearer."
                            : "The Authorization header contains a space after the token: send the token alone.");
        }
        return token;
    }

    private static InvalidCredentialsException several() {
        return new InvalidCredentialsException("The Authorization header carries more than one credential. Send one.");
    }

    private static boolean isIn(String query) {
        for (String parameter : query.split("&", -1)) {
            int end = parameter.indexOf('=');
            if (PARAMETER.equals(decoded(end < 0 ? parameter : parameter.substring(0, end)))) {
                return true;
            }
        }
        return false;
    }

    private static String decoded(String name) {
        try {
            return name.indexOf('%') < 0 ? name : URLDecoder.decode(name, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return name;
        }
    }
}

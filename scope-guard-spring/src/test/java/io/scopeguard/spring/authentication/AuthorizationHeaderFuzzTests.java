package io.scopeguard.spring.authentication;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.server.resource.BearerTokenError;

/** {@code Authorization} headers, one per line; a line that begins with a question mark is the query. */
class AuthorizationHeaderFuzzTests {

    private static final StrictBearerTokenResolver resolver = new StrictBearerTokenResolver();

    static Stream<byte[]> seeds() {
        return Stream.of(
                        "Bearer a.b.c",
                        "bEARER   a.b.c  ",
                        "Bearer",
                        "Bearer, Basic eDp5",
                        "Bearer\ta.b.c",
                        "Bearer a,Bearer b",
                        "Bearer a Bearer b",
                        "Basic eDp5\nBearer a.b.c",
                        "Bearer a.b.c\n?access_token=x",
                        "Bearer a.b.c\n?a=%zz&%61ccess%5Ftoken",
                        "Digest username=\"a, Bearer b\\\"\", Bearer c",
                        "Digest a=\"" + "\\\"".repeat(2000) + "\", Bearer",
                        "Bearer [object Object]",
                        "Bearer undefined")
                .map(text -> text.getBytes(ISO_8859_1));
    }

    @MethodSource("seeds")
    @FuzzTest
    void resolve(byte[] input) {
        MockHttpServletRequest request = new MockHttpServletRequest("GET", "/");
        String[] lines = new String(input, ISO_8859_1).split("\n", 20);
        int credentials = 0;
        for (String line : lines) {
            if (line.startsWith("?")) {
                request.setQueryString(line.substring(1));
            } else {
                request.addHeader("Authorization", line);
                credentials++;
            }
        }
        try {
            String token = resolver.resolve(request);
            if (token != null) {
                check(token, lines[0], credentials);
            }
        } catch (OAuth2AuthenticationException documented) {
            boolean isTheRequests = documented.getError() instanceof BearerTokenError error
                    && error.getHttpStatus().is4xxClientError();
            if (!isTheRequests) {
                throw documented;
            }
        }
    }

    /** A token is the unchanged text after the scheme in the only header. */
    private static void check(String token, String header, int credentials) {
        boolean isAlone = credentials == 1 && token.indexOf(',') < 0;
        boolean isOfScheme =
                header.startsWith("?") || header.toLowerCase(Locale.ROOT).startsWith("bearer ");
        if (token.isEmpty() || !isAlone || !isOfScheme) {
            throw new AssertionError("taken for a token: " + token);
        }
    }
}

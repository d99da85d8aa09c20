package io.scopeguard.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.spring.support.RunningApi;
import io.scopeguard.spring.support.TenantServer;
import io.scopeguard.testing.MovableClock;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Values that clients send instead of one bearer token, and the responses that explain the mistake. */
class AuthorizationHeaderTests {

    private static final String PLACEHOLDER =
            "The client sent the text of an empty or unresolved variable instead of a token.";
    private static final String TWO = "The Authorization header carries more than one credential.";
    private static final String OTHER = "The Authorization header carries no bearer token.";
    private static final Pattern PROBLEM = Pattern.compile("\\{\"type\":\"urn:problem-type:scope-guard:([a-z-]+)\".*");

    private static final MovableClock clock = MovableClock.atNoon();
    private static final TenantServer tenant = new TenantServer(clock);
    private static RunningApi api;

    private final String acme = TenantServer.newId("acme");
    private final String user = tenant.newUser();

    @BeforeAll
    static void start() {
        api = RunningApi.start(tenant, clock, List.of(), GuardedApi.class);
    }

    @AfterAll
    static void stop() {
        api.close();
        tenant.close();
    }

    @BeforeEach
    void join() {
        tenant.join(acme, user, "read:report");
        clock.advance(Duration.ofMinutes(1));
    }

    /** The token is written as {@code <t>}. */
    static Stream<Arguments> mistakes() {
        return Stream.of(
                answer("Authorization: Bearer undefined", 401, "invalid-token", PLACEHOLDER),
                answer("Authorization: Bearer null", 401, "invalid-token", PLACEHOLDER),
                answer("Authorization: bearer NULL", 401, "invalid-token", PLACEHOLDER),
                answer("Authorization: Bearer None", 401, "invalid-token", PLACEHOLDER),
                answer("Authorization: Bearer NaN", 401, "invalid-token", PLACEHOLDER),
                answer("Authorization: Bearer false", 401, "invalid-token", PLACEHOLDER),
                answer("Authorization: Bearer [object Promise]", 401, "invalid-token", PLACEHOLDER),
                answer("Authorization: Bearer [object Object]", 401, "invalid-token", PLACEHOLDER),
                answer("Authorization: Bearer abc", 401, "invalid-token", "This API takes no opaque tokens"),
                answer("Authorization: Bearer", 400, "invalid-request", "names the scheme Bearer but carries no token"),
                answer("Authorization: Bearer   ", 400, "invalid-request", "carries no token"),
                answer("Authorization: Bearer <t>,Bearer <t>", 400, "invalid-request", TWO),
                answer("Authorization: Bearer <t>, Basic eDp5", 400, "invalid-request", TWO),
                answer("Authorization: Basic eDp5, Bearer <t>", 400, "invalid-request", TWO),
                answer("Authorization: Basic eDp5,bearer <t>", 400, "invalid-request", TWO),
                answer("Authorization: ,Bearer <t>", 400, "invalid-request", TWO),
                answer("Authorization: Bearer, Basic eDp5", 400, "invalid-request", TWO),
                answer("Authorization: Bearer\t<t>", 400, "invalid-request", "a tab after the scheme Bearer"),
                answer("Authorization: Bearer Bearer <t>", 400, "invalid-request", "repeats the scheme Bearer"),
                answer("Authorization: Bearer <t> <t>", 400, "invalid-request", "a space after the token"),
                answer(
                        "Authorization: Bearer <t>\r\nAuthorization: Bearer <t>",
                        400,
                        "invalid-request",
                        "Send one Authorization header."),
                answer(
                        "Authorization: Basic eDp5\r\nauthorization: Bearer <t>",
                        400,
                        "invalid-request",
                        "Send one Authorization header."),
                answer("Authorization: Basic eDp5", 401, "missing-token", OTHER),
                answer("Authorization: DPoP <t>", 401, "missing-token", OTHER),
                answer("Authorization: Token <t>", 401, "missing-token", OTHER),
                answer("Authorization: <t>", 401, "missing-token", OTHER),
                answer("Authorization: Bearer:<t>", 401, "missing-token", OTHER),
                answer(
                        "Authorization: Digest username=\"a, Bearer b\", uri=\"/\\\", bearer \"",
                        401,
                        "missing-token",
                        OTHER),
                answer("Authorization:", 401, "missing-token", OTHER),
                answer("X-Nothing: 1", 401, "missing-token", "Send a bearer token in the Authorization header."));
    }

    private static Arguments answer(String header, int status, String problem, String detail) {
        return Arguments.of(header, status, problem, detail);
    }

    @ParameterizedTest(name = "{0} -> {1} {2}")
    @MethodSource("mistakes")
    void getWhenTheHeaderIsMistakenThenTheProblemExplainsIt(String header, int status, String problem, String detail) {
        String token = tenant.organizationToken(acme, user, "read:report").signed();

        String answer = ask("/organizations/" + acme + "/reports", header.replace("<t>", token));

        assertThat(answer).startsWith("HTTP/1.1 " + status + " ").contains("WWW-Authenticate: Bearer ");
        Matcher body = PROBLEM.matcher(answer.substring(answer.lastIndexOf("\r\n\r\n") + 4));
        assertThat(body.find()).as(answer).isTrue();
        assertThat(body.group(1)).isEqualTo(problem);
        assertThat(body.group()).contains(detail);
        // RFC 6750 §3.1: no error code for a request that carries no bearer token.
        assertThat(answer.contains("error=")).isEqualTo(!problem.equals("missing-token"));
        assertThat(answer).doesNotContain(token.substring(0, 40));
    }

    /** Open handlers reject an invalid token. A client without a token sends none. */
    @ParameterizedTest
    @ValueSource(strings = {"Bearer undefined", "Bearer abc", "Bearer a.b.c", "Bearer <expired>", "Bearer <foreign>"})
    void getWhenPublicAndTheTokenIsInvalidThenUnauthorized(String header) {
        String expired = tenant.organizationToken(acme, user, "read:report").signed();
        clock.advance(Duration.ofHours(2));
        String foreign = tenant.organizationToken(acme, user, "read:report")
                .with("iss", "https://other.logto.app/oidc")
                .signed();

        String answer = ask(
                "/public",
                "Authorization: " + header.replace("<expired>", expired).replace("<foreign>", foreign));

        assertThat(answer).startsWith("HTTP/1.1 401 ").contains("error=\"invalid_token\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"X-Nothing: 1", "Authorization: Basic eDp5", "Authorization:", "Authorization: Bearer <t>"})
    void getWhenPublicAndThereIsAValidTokenOrNoneThenOk(String header) {
        String token = tenant.organizationToken(acme, user, "read:report").signed();

        assertThat(ask("/public", header.replace("<t>", token))).startsWith("HTTP/1.1 200 ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Bearer a.b.c, Bearer a.b.c", "Bearer, Basic eDp5", "Bearer\ta.b.c"})
    void getWhenPublicAndTheHeaderHasSeveralCredentialsOrATabThenBadRequest(String header) {
        assertThat(ask("/public", "Authorization: " + header)).startsWith("HTTP/1.1 400 ");
    }

    private static String ask(String path, String header) {
        return new String(
                api.raw("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + header + "\r\n\r\n")
                        .getBytes(StandardCharsets.ISO_8859_1),
                StandardCharsets.UTF_8);
    }
}

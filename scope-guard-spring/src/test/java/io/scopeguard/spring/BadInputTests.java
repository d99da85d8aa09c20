package io.scopeguard.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.spring.support.RunningApi;
import io.scopeguard.spring.support.TenantServer;
import io.scopeguard.spring.support.TestToken;
import io.scopeguard.testing.MovableClock;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Every malformed request gets a clear error response, never a 500, and neither response nor log contains the token. */
@ExtendWith(OutputCaptureExtension.class)
class BadInputTests {

    private static final MovableClock clock = MovableClock.atNoon();
    private static final TenantServer tenant = new TenantServer(clock);
    private static RunningApi api;

    private final String acme = TenantServer.newId("acme");
    private final String user = tenant.newUser();

    @BeforeAll
    static void start() {
        api = RunningApi.start(
                tenant,
                clock,
                List.of("scope-guard.organization.header", "X-Organization", "logging.level.io.scopeguard", "trace"),
                GuardedApi.class);
    }

    @AfterAll
    static void stop() {
        api.close();
        tenant.close();
    }

    @BeforeEach
    void older() {
        clock.advance(Duration.ofMinutes(1));
        tenant.join(acme, user, "read:report");
    }

    @Test
    void getWhenTheAuthorizationHeaderIsOddThenRefusedWithoutRepeatingTheToken(CapturedOutput output) {
        String good = tenant.organizationToken(acme, user, "read:report").signed();
        String path = "/organizations/" + acme + "/reports";
        assertThat(ask(path, "Authorization: Bearer " + good)).startsWith("HTTP/1.1 200");
        assertThat(ask(path, "aUTHORIZATION: bEARER   " + good)).startsWith("HTTP/1.1 200");
        for (String header : oddHeaders(good)) {
            String answer = ask(path, header);
            // Before the next fetch, an unpublished key id cannot be distinguished from a new one.
            assertThat(answer).as(header).matches("(?s)HTTP/1.1 (400 .*|401 .*|431 .*|503 .*keys-unavailable.*)");
            assertThat(answer).as(header).doesNotContain(good.substring(0, 40), "Exception", "\tat ");
        }
        assertThat(output).doesNotContain(good.substring(good.lastIndexOf('.') + 1, good.length() - 8));
        assertThat(output).doesNotContain(good.split("\\.")[1].substring(0, 40));
    }

    private static List<String> oddHeaders(String good) {
        List<String> odd = new ArrayList<>(List.of(
                "Authorization:",
                "Authorization: ",
                "Authorization: Bearer",
                "Authorization: Bearer ",
                "Authorization: Bearer \t ",
                "Authorization: Bearer  .",
                "Authorization: Bearer ..",
                "Authorization: Bearer a.b.c",
                "Authorization: Bearer null",
                "Authorization: Bearer\t" + good,
                "Authorization: Bearer" + good,
                "Authorization: Bearer:" + good,
                "Authorization: Bearer \"" + good + "\"",
                "Authorization: Bearer " + good + ", Basic eDp5",
                "Authorization: Bearer " + good + " " + good,
                "Authorization: Bearer " + good + "\r\nAuthorization: Bearer " + good,
                "Authorization: Basic eDp5\r\nAuthorization: Bearer " + good,
                "Authorization: Bearer " + good + "=",
                "Authorization: Bearer " + good + "~",
                "Authorization: Bearer " + good + ".",
                "Authorization: Bearer ." + good,
                "Authorization: Bearer " + good + "." + good,
                "Authorization: Bearer " + good.replace('-', '+').replace('_', '/') + "+",
                "Authorization: Bearer " + good.substring(0, good.length() - 1),
                "Authorization: Bearer " + good + "A",
                "Authorization: Token " + good,
                "Authorization: DPoP " + good,
                "Authorization: " + good,
                "Authorization: B\u00e9arer " + good,
                "Authorization: Bearer " + good + "\u00e9",
                "Authorization: Bearer " + "a".repeat(7000),
                "Authorization: Bearer " + "a.".repeat(3500),
                "Authorization: Bearer " + "a".repeat(70_000),
                "Authorization: Bearer " + good + "\u0000",
                "Authorization: Bearer " + good + "\u007f",
                "Authorization: Bearer " + good + "\u0001\u0002"));
        for (String header : List.of(
                "null",
                "[]",
                "{}",
                "\"\"",
                "1",
                "{\"alg\":\"none\"}",
                "{\"alg\":null}",
                "{\"alg\":1}",
                "{\"alg\":\"ES384\",\"typ\":\"at+jwt\",\"kid\":\"../../etc/passwd\"}",
                "{\"alg\":\"ES384\",\"typ\":\"at+jwt\",\"kid\":\"key-1\",\"crit\":[\"b64\"],\"b64\":false}",
                "{\"alg\":\"HS256\",\"typ\":\"at+jwt\",\"kid\":\"key-1\"}",
                "{\"alg\":\"ES384\",\"alg\":\"none\",\"typ\":\"at+jwt\"}",
                "{".repeat(2000),
                "[".repeat(3000))) {
            odd.add("Authorization: Bearer " + base64(header) + good.substring(good.indexOf('.')));
        }
        String[] parts = good.split("\\.");
        for (String payload :
                List.of("null", "[]", "{}", "1", "{\"iat\":1e400}", "{\"aud\":[]}", "{\"scope\":{}}", "\u0000")) {
            odd.add("Authorization: Bearer " + parts[0] + "." + base64(payload) + "." + parts[2]);
        }
        Random random = new Random(4711);
        for (int i = 0; i < 150; i++) {
            StringBuilder changed = new StringBuilder(good);
            int at = random.nextInt(changed.length() - 1);
            char other = (char) (33 + random.nextInt(94));
            if (changed.charAt(at) != other) {
                changed.setCharAt(at, other);
                odd.add("Authorization: Bearer " + changed);
            }
        }
        return odd;
    }

    @Test
    void getWhenThePathIsOddThenAClientErrorThatDoesNotRepeatTheToken(CapturedOutput output) {
        String good = tenant.organizationToken(acme, user, "read:report").signed();
        List<String> odd = new ArrayList<>();
        for (String id : List.of(
                acme + "%2F",
                acme + "%2F..",
                "%2e%2e",
                "..",
                ".",
                "%2e",
                acme + ";a=b",
                acme + "%3Ba=b",
                acme + "%00",
                acme + "%0A",
                acme + "%0d%0aX-Injected:%201",
                acme + "%20",
                "%20" + acme,
                acme.toUpperCase(Locale.ROOT),
                acme + "%C3%A9",
                acme + "%FF",
                acme + "%",
                acme + "%zz",
                acme + "*",
                "*",
                "%25" + acme,
                "globex/../" + acme,
                "globex%2F..%2F" + acme,
                "globex//" + acme,
                acme + "%5C",
                acme + "%3F",
                acme + "%23",
                "\u00e9",
                "null",
                "x".repeat(5000))) {
            for (String rest : List.of("/reports", "/anything", "/documents")) {
                odd.add("/organizations/" + id + rest);
            }
        }
        odd.addAll(List.of(
                "//organizations/" + acme + "/reports",
                "/organizations/" + acme + "/reports/",
                "/organizations/" + acme + "//reports",
                "/organizations/" + acme + "/reports;jsessionid=1",
                "/organizations/" + acme + "/./reports/../secret",
                "/organizations//reports",
                "/%6frganizations/" + acme + "/reports%2f",
                "/.well-known/../me/x",
                "/nowhere?access_token",
                "/me?%61ccess_token=x",
                "/me?a=%zz&access_token=x"));
        for (String path : odd) {
            for (String token : List.of(good, "")) {
                String answer = ask(path, token.isEmpty() ? "X-Nothing: 1" : "Authorization: Bearer " + token);
                assertThat(answer).as(path).matches("(?s)HTTP/1.1 (400|401|403|404|405) .*");
                assertThat(answer)
                        .as(path)
                        .doesNotContain(good.substring(0, 40), "Exception", "\tat ")
                        .doesNotContainPattern("(?m)^X-Injected");
            }
        }
        assertThat(output).doesNotContain(good.substring(good.length() - 60));
    }

    /** Other spellings of the token's organization in a URL. */
    @Test
    void getWhenTheOrganizationIsPercentEncodedThenItIsTheSame() {
        String good = tenant.organizationToken(acme, user, "read:report").signed();
        String encoded = "%61" + acme.substring(1);
        assertThat(ask("/organizations/" + encoded + "/reports", "Authorization: Bearer " + good))
                .startsWith("HTTP/1.1 200");
    }

    /** Scripts at the provider can put any organization into a token, which must not redirect our own calls. */
    @Test
    void getWhenTheTokensOrganizationIsOddThenItStaysInItsPathSegment() {
        for (String id : List.of("../users", "a/b", "a?b=c", "a#b", "\u00e9\u4e2d", "%2e%2e", "a b", "{}")) {
            int before = tenant.calls().size();
            String answer = ask(
                    "/me",
                    "Authorization: Bearer "
                            + tenant.organizationToken(id, user, "read:report").signed());
            assertThat(answer).as(id).startsWith("HTTP/1.1 200");
            assertThat(tenant.calls().subList(before, tenant.calls().size()))
                    .as(id)
                    .allMatch(path -> path.split("/").length <= 7)
                    .noneMatch(path -> path.startsWith("/api/users/users") || path.contains("/../"));
        }
    }

    /** An id cannot contain characters that no encoding allows in a path. */
    @Test
    void getWhenAnIdOfTheTokenCannotBeAPathSegmentThenUnauthorized() {
        for (String id : List.of(".", "..", "a\nb")) {
            for (TestToken token : List.of(
                    tenant.organizationToken(id, user, "read:report"),
                    tenant.organizationToken(acme, id, "read:report"))) {
                assertThat(ask("/me", "Authorization: Bearer " + token.signed()))
                        .as(id)
                        .startsWith("HTTP/1.1 401")
                        .contains("invalid_token");
            }
        }
    }

    @Test
    void getWhenAClaimHasAnyTypeThenNeverAServerError() {
        List<Object> values = new ArrayList<>(List.of(
                "",
                "x",
                "\u0000",
                "https://[",
                0,
                -1,
                1.5,
                Long.MAX_VALUE,
                true,
                false,
                List.of(),
                List.of(1),
                List.of("x")));
        values.addAll(
                List.of(List.of(List.of()), Map.of(), Map.of("sub", 1), Map.of("jkt", List.of()), List.of(Map.of())));
        for (String claim : List.of(
                "iss",
                "sub",
                "aud",
                "exp",
                "nbf",
                "iat",
                "jti",
                "client_id",
                "scope",
                "scp",
                "azp",
                "act",
                "cnf",
                "organization_id",
                "nonce",
                "at_hash",
                "auth_time",
                "acr",
                "amr",
                "sid",
                "typ",
                "email",
                "name",
                "roles",
                "permissions",
                "entitlements",
                "groups",
                "authorization_details",
                "may_act",
                "events")) {
            for (Object value : values) {
                TestToken token =
                        tenant.organizationToken(acme, user, "read:report").with(claim, value);
                String answer = ask("/organizations/" + acme + "/reports", "Authorization: Bearer " + token.signed());
                assertThat(answer).as(claim + " " + value).matches("(?s)HTTP/1.1 (200|401|403) .*");
            }
        }
    }

    @Test
    void getWhenTheTokenIsBoundToItsSenderThenUnauthorizedWithTheReason() {
        for (Object cnf : List.of(Map.of("jkt", "x"), Map.of("x5t#S256", "x"), "x", 7, List.of())) {
            TestToken token =
                    tenant.organizationToken(acme, user, "read:report").with("cnf", cnf);
            for (String scheme : List.of("Bearer", "DPoP")) {
                String answer =
                        ask("/organizations/" + acme + "/reports", "Authorization: " + scheme + " " + token.signed());
                assertThat(answer).as(scheme + " " + cnf).startsWith("HTTP/1.1 401");
                if (scheme.equals("Bearer")) {
                    assertThat(answer).contains("error=\"invalid_token\"", "bound to its sender by cnf");
                }
            }
        }
    }

    @Test
    void getWhenTheOrganizationHeaderIsOddThenBadRequestOrForbidden() {
        String good = tenant.organizationToken(acme, user, "read:report").signed();
        for (String value :
                List.of("", " ", acme + "," + acme, acme + ", globex", "*", "..", "\u00e9", "x".repeat(4000))) {
            String answer = ask("/me", "Authorization: Bearer " + good + "\r\nX-Organization: " + value);
            assertThat(answer).as(value).matches("(?s)HTTP/1.1 (400|403) .*");
        }
    }

    @Test
    void getWhenTheOriginIsOddThenNeverAServerError() {
        String good = tenant.organizationToken(acme, user, "read:report").signed();
        for (String origin :
                List.of("", "null", "%%%", "http://[", "http://a b", "http://a:b", "http://a/%zz", "\u00e9", "://")) {
            for (String credentials : List.of("X-Nothing: 1", "Authorization: Bearer " + good)) {
                String answer = ask("/organizations/" + acme + "/reports", credentials + "\r\nOrigin: " + origin);
                assertThat(answer).as(origin).matches("(?s)HTTP/1.1 (200|401|403) .*");
            }
        }
    }

    private static String ask(String path, String headers) {
        return api.raw("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + headers + "\r\n\r\n");
    }

    private static String base64(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}

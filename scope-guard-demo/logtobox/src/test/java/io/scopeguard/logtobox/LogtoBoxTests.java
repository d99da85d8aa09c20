package io.scopeguard.logtobox;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.testing.MovableClock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.aot.AotDetector;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringApplicationHook;
import org.springframework.boot.SpringApplicationRunListener;
import org.springframework.core.SpringProperties;

/** The box as a whole: its pages, its responses to invalid requests, and its other endpoints. */
class LogtoBoxTests {

    private static final List<String> RESOURCES = List.of(Browser.ORGANIZATIONS, Browser.API);

    private static LogtoBox box;
    private static Http http;

    @BeforeAll
    static void start() {
        box = LogtoBox.builder().port(0).start();
        http = new Http(box.endpoint());
    }

    @AfterAll
    static void stop() {
        box.close();
    }

    @Test
    void endpointThenIsOnLoopback() {
        assertThat(box.endpoint().getHost()).isEqualTo("127.0.0.1");
    }

    @Test
    void getWhenTheBoxHasAClockThenTheDateHeaderFollowsIt() {
        MovableClock clock = MovableClock.atNoon();
        try (LogtoBox other = LogtoBox.builder().port(0).clock(clock).start()) {
            assertThat(new Http(other.endpoint()).get("/oidc/jwks").header("date"))
                    .isEqualTo("Sat, 21 Nov 2026 12:00:00 GMT");
        }
    }

    @Test
    void startWhenASystemPropertyConfiguresAnotherApplicationThenItIsIgnored() {
        System.setProperty("server.servlet.context-path", "/elsewhere");
        try (LogtoBox other = LogtoBox.builder().port(0).start()) {
            assertThat(new Http(other.endpoint()).get("/oidc/jwks").status()).isEqualTo(200);
        } finally {
            System.clearProperty("server.servlet.context-path");
        }
    }

    @Test
    void whenApplicationProcessedAheadOfTimeThenStartsAsEver() {
        SpringProperties.setFlag(AotDetector.AOT_ENABLED);
        try (LogtoBox other = LogtoBox.builder().port(0).start()) {
            assertThat(new Http(other.endpoint()).get("/oidc/jwks").status()).isEqualTo(200);
        } finally {
            SpringProperties.setProperty(AotDetector.AOT_ENABLED, null);
        }
    }

    @Test
    void startWhenASpringApplicationHookIsSetThenItIsNotCalled() {
        List<SpringApplication> reached = new ArrayList<>();
        SpringApplicationHook hook = application -> {
            reached.add(application);
            return new SpringApplicationRunListener() {};
        };
        SpringApplication.withHook(
                hook, () -> LogtoBox.builder().port(0).start().close());
        assertThat(reached).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"openid-configuration", "oauth-authorization-server"})
    void discoveryThenEachValueIsAsRecorded(String document) {
        Recorded recorded = Recorded.of("oidc/discovery", box.endpoint().toString());
        var ours = http.get("/oidc/.well-known/" + document).json();
        var theirs = recorded.body();
        for (String name : Recorded.names(ours)) {
            assertThat(theirs.has(name)).as(name).isTrue();
            if (ours.path(name).isArray()) {
                theirs.path(name).forEach(value -> assertThat(value).isNotNull());
                ours.path(name)
                        .forEach(value -> assertThat(theirs.path(name)).as(name).contains(value));
            } else {
                assertThat(ours.path(name)).as(name).isEqualTo(theirs.path(name));
            }
        }
    }

    @Test
    void tokenWhenRequestedFromAnotherOriginThenCorsAllowsIt() {
        Answer preflight = http.send(
                "OPTIONS",
                "/oidc/token",
                null,
                "Origin",
                "http://localhost:8080",
                "Access-Control-Request-Method",
                "POST",
                "Access-Control-Request-Headers",
                "content-type");
        assertThat(preflight.status()).isEqualTo(204);
        assertThat(preflight.header("access-control-allow-origin")).isEqualTo("*");
        assertThat(preflight.header("access-control-allow-headers")).isEqualTo("content-type");
        Answer refusal = http.form("/oidc/token", List.of("grant_type", "refresh_token", "client_id", "demo-web"));
        assertThat(refusal.header("access-control-allow-origin")).isEqualTo("*");
    }

    @Test
    void tokenWhenParseErrorIsFalseThenTheErrorHasOnlyTheMembersOfOAuth() {
        Answer answer = TestClient.PUBLIC.token(new Http(box.endpoint()), "grant_type", "refresh_token");
        assertThat(answer.status()).isEqualTo(400);
        assertThat(Recorded.names(answer.json())).containsExactly("code", "message", "error", "error_description");
        Answer raw = http.form(
                "/oidc/token?parse_error=false", List.of("grant_type", "refresh_token", "client_id", "demo-web"));
        assertThat(Recorded.names(raw.json())).containsExactly("error", "error_description");
    }

    @Test
    void tokenWhenTheRequestIsInvalidThenTheErrorSaysWhy() {
        assertThat(http.form("/oidc/token", List.of("grant_type", "client_credentials"))
                        .string("error_description"))
                .isEqualTo("no client authentication mechanism provided");
        assertThat(TestClient.MANAGEMENT.token(http, "grant_type", "magic").string("error"))
                .isEqualTo("unsupported_grant_type");
        assertThat(TestClient.MANAGEMENT
                        .token(http, "grant_type", "refresh_token", "refresh_token", "x")
                        .string("error_description"))
                .isEqualTo("requested grant type is not allowed for this client");
        assertThat(TestClient.MANAGEMENT
                        .token(http, "grant_type", "authorization_code", "code", "x", "code", "y")
                        .string("error_description"))
                .isEqualTo("'code' parameter must not be provided twice");
        assertThat(http.form("/oidc/token", List.of("grant_type", "client_credentials", "client_id", "demo-m2m"))
                        .status())
                .isEqualTo(401);
        assertThat(TestClient.MANAGEMENT
                        .token(http, "grant_type", "client_credentials", "resource", Browser.API, "whatever", "1")
                        .status())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
        "client_id=nobody&redirect_uri=http://127.0.0.1:39090/callback, invalid_client",
        "client_id=demo-web&redirect_uri=http://evil.example/, invalid_redirect_uri",
        "client_id=demo-web&redirect_uri=http://127.0.0.1:39090/other, invalid_redirect_uri",
        "client_id=demo-web&redirect_uri=http://127.0.0.1.evil.example/callback, invalid_redirect_uri"
    })
    void authorizeWhenTheClientOrRedirectUriIsUnknownThenNotRedirected(String query, String error) {
        Answer answer = http.get("/oidc/auth?response_type=code&scope=openid&" + query);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.string("error")).isEqualTo(error);
    }

    @Test
    void authorizeWhenTheResourceIsUnknownThenRedirectedWithInvalidTarget() {
        Answer answer = new Browser(box.endpoint(), "alice")
                .request(TestClient.PUBLIC, "openid", List.of("https://nope.example.test"), "");
        assertThat(answer.status()).isEqualTo(303);
        assertThat(answer.header("location")).startsWith(Browser.REDIRECT_URI).contains("error=invalid_target");
    }

    @Test
    void authorizeWhenConsentIsDeniedThenRedirectedWithAccessDenied() {
        Map<String, String> callback =
                new Browser(box.endpoint(), "alice").deny(TestClient.PUBLIC, Browser.ALL_SCOPES, RESOURCES);
        assertThat(callback).containsEntry("error", "access_denied").containsEntry("state", "a state");
    }

    @Test
    void authorizeWhenConsentIsDeniedAfterAnEarlierOneThenAccessDenied() {
        Browser browser = new Browser(box.endpoint(), "alice");
        browser.signIn(TestClient.PUBLIC, Browser.ALL_SCOPES, RESOURCES, "consent");
        assertThat(browser.deny(TestClient.PUBLIC, Browser.ALL_SCOPES, RESOURCES))
                .containsEntry("error", "access_denied");
    }

    @Test
    void signInWhenPasswordIsWrongOrUserSuspendedThenRejected() {
        Browser browser = new Browser(box.endpoint(), "alice");
        assertThat(browser.attempt("wrong").header("location")).endsWith("/sign-in?failed");
        box.directory().suspend("bob", true);
        assertThat(new Browser(box.endpoint(), "bob").attempt("demo").header("location"))
                .endsWith("/sign-in?suspended");
        box.directory().suspend("bob", false);
    }

    @Test
    void signInWhenTheFormIsForgedThenForbidden() {
        assertThat(http.form("/sign-in", List.of("username", "alice", "password", "demo"))
                        .status())
                .isEqualTo(403);
    }

    @Test
    void signInWhenAParameterContainsMarkupThenThePageEscapesIt() {
        Answer page = http.get("/consent");
        assertThat(page.status()).isBetween(300, 399);
        assertThat(http.get("/sign-in?app_id=%3Cscript%3E").text()).doesNotContain("<script>");
    }

    @Test
    void introspectWhenTheTokenIsOpaqueThenItsStateAndWhenItIsAJwtThenRefused() {
        Answer tokens = new Browser(box.endpoint(), "alice")
                .signIn(TestClient.CONFIDENTIAL, Browser.ALL_SCOPES, RESOURCES, "consent");
        assertInspected(tokens.string("access_token"), "oidc/introspection.opaque");
        assertInspected(tokens.string("refresh_token"), "oidc/introspection.refresh-token");
        assertInspected("garbage", "oidc/introspection.garbage");
        String jwt = TestClient.CONFIDENTIAL
                .token(
                        http,
                        "grant_type",
                        "refresh_token",
                        "refresh_token",
                        tokens.string("refresh_token"),
                        "organization_id",
                        "acme")
                .string("access_token");
        Answer refused = inspect(jwt);
        Recorded recorded = Recorded.of("oidc/introspection.organization-jwt", "");
        assertThat(refused.status()).isEqualTo(recorded.status());
        assertThat(refused.json()).isEqualTo(recorded.body());
        assertUserinfo(tokens.string("access_token"), "oidc/userinfo.opaque");
        assertUserinfo(jwt, "oidc/userinfo.organization-token");
        assertUserinfo("garbage", "oidc/userinfo.garbage");
    }

    private static Answer inspect(String token) {
        return http.form(
                "/oidc/token/introspection",
                List.of("token", token),
                "Authorization",
                TestClient.basic("demo-server", "demo-server-secret"));
    }

    private static void assertInspected(String token, String name) {
        Recorded recorded = Recorded.of(name, box.endpoint().toString());
        Answer answer = inspect(token);
        assertThat(answer.status()).as(answer.text()).isEqualTo(recorded.status());
        assertThat(Recorded.names(answer.json())).isEqualTo(Recorded.names(recorded.body()));
        assertThat(Scopes.of(answer.string("scope")))
                .isEqualTo(Scopes.of(recorded.body().path("scope").asString("")));
    }

    private static void assertUserinfo(String token, String name) {
        Recorded recorded = Recorded.of(name, box.endpoint().toString());
        Answer answer = http.get("/oidc/me", "Authorization", "Bearer " + token);
        assertThat(answer.status()).isEqualTo(recorded.status());
        assertThat(Recorded.names(answer.json())).isEqualTo(Recorded.names(recorded.body()));
        assertThat(answer.header("www-authenticate")).isEqualTo(recorded.responseHeader("www-authenticate"));
    }

    @Test
    void refreshWhenTheTokenWasRevokedThenInvalidGrant() {
        String token = new Browser(box.endpoint(), "alice")
                .signIn(TestClient.CONFIDENTIAL, Browser.ALL_SCOPES, RESOURCES, "consent")
                .string("refresh_token");
        Answer revoked = http.form(
                "/oidc/token/revocation",
                List.of("token", token),
                "Authorization",
                TestClient.basic("demo-server", "demo-server-secret"));
        assertThat(revoked.status()).isEqualTo(200);
        assertThat(TestClient.CONFIDENTIAL
                        .token(http, "grant_type", "refresh_token", "refresh_token", token)
                        .string("error"))
                .isEqualTo("invalid_grant");
    }

    @Test
    void redeemWhenTheCodeWasUsedOrTheVerifierIsWrongThenInvalidGrant() {
        Browser browser = new Browser(box.endpoint(), "alice");
        String code =
                browser.authorize(TestClient.PUBLIC, "openid", List.of(), "").get("code");
        assertThat(browser.redeem(TestClient.PUBLIC, code).status()).isEqualTo(200);
        assertThat(browser.redeem(TestClient.PUBLIC, code).string("error")).isEqualTo("invalid_grant");
        String another =
                browser.authorize(TestClient.PUBLIC, "openid", List.of(), "").get("code");
        Answer wrong = TestClient.PUBLIC.token(
                http,
                "grant_type",
                "authorization_code",
                "code",
                another,
                "redirect_uri",
                Browser.REDIRECT_URI,
                "code_verifier",
                "x".repeat(43));
        assertThat(wrong.string("error")).isEqualTo("invalid_grant");
    }
}

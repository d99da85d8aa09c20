package io.scopeguard.demo.logto;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class LogtoBoxTests {

    @Test
    void signInAndRefresh() {
        long before = System.nanoTime();
        try (LogtoBox box = LogtoBox.builder().port(0).clock(new MovableClock()).start()) {
            System.out.println("START " + (System.nanoTime() - before) / 1_000_000);
            Http http = new Http(box.endpoint());
            System.out.println(http.get("/oidc/jwks").text());
            System.out.println(TestClient.MANAGEMENT
                    .token(
                            http,
                            "grant_type",
                            "client_credentials",
                            "resource",
                            "https://default.logto.app/api",
                            "scope",
                            "all")
                    .text());
            System.out.println(TestClient.AGENT
                    .token(
                            http,
                            "grant_type",
                            "client_credentials",
                            "organization_id",
                            "acme",
                            "scope",
                            "read:report write:report x")
                    .text());
            for (TestClient c : List.of(TestClient.PUBLIC, TestClient.CONFIDENTIAL)) {
                Browser b = new Browser(box.endpoint(), "alice");
                Answer a = b.signIn(c, Browser.ALL_SCOPES, List.of(Browser.API, Browser.ORGANIZATIONS), "consent");
                System.out.println(a.status() + a.text());
                Answer r = c.token(
                        http,
                        "grant_type",
                        "refresh_token",
                        "refresh_token",
                        a.string("refresh_token"),
                        "organization_id",
                        "acme");
                System.out.println(r.status() + r.text());
                assertThat(r.status()).isEqualTo(200);
                System.out.println(b.authorize(c, "openid", List.of(), ""));
            }
            System.out.println(
                    http.form("/oidc/token", List.of("grant_type", "x")).text());
            System.out.println(http.form(
                            "/oidc/token",
                            List.of("grant_type", "client_credentials"),
                            "Authorization",
                            TestClient.basic("nope", "x"))
                    .text());
            System.out.println(http.form(
                            "/oidc/token",
                            List.of("grant_type", "client_credentials"),
                            "Authorization",
                            TestClient.basic("demo-m2m", "x"))
                    .text());
            System.out.println(TestClient.CONFIDENTIAL
                    .token(
                            http,
                            "grant_type",
                            "authorization_code",
                            "code",
                            "x",
                            "redirect_uri",
                            "http://127.0.0.1:39090/callback",
                            "code_verifier",
                            "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")
                    .text());
        }
    }
}

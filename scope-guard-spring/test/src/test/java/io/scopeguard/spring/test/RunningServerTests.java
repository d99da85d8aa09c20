package io.scopeguard.spring.test;

import static io.scopeguard.spring.test.TestAccessToken.organizationToken;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.resttestclient.autoconfigure.AutoConfigureRestTestClient;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.client.reactive.JdkClientHttpConnector;
import org.springframework.test.web.reactive.server.WebTestClient;
import org.springframework.test.web.servlet.client.RestTestClient;

/** The same tokens over HTTP. */
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT)
@AutoConfigureTestIdentityProvider
@AutoConfigureRestTestClient
class RunningServerTests {

    private static final String REPORTS = "/organizations/acme/reports";

    private final TestAccessToken token = organizationToken("acme").scopes("read:report");

    @Autowired
    private RestTestClient rest;

    @Autowired
    private TestPermissions permissions;

    @LocalServerPort
    private int port;

    @Test
    void restTestClientThenGuarded() {
        rest.get().uri(REPORTS).exchange().expectStatus().isUnauthorized();
        rest.get().uri(REPORTS).headers(token).exchange().expectStatus().isOk();
        permissions.in("acme").revoke("read:report");
        rest.get().uri(REPORTS).headers(token).exchange().expectStatus().isForbidden();
    }

    @Test
    void webTestClientThenGuarded() {
        WebTestClient web = WebTestClient.bindToServer(new JdkClientHttpConnector())
                .baseUrl("http://localhost:" + port)
                .build();
        web.get().uri(REPORTS).headers(token).exchange().expectStatus().isOk();
        web.get()
                .uri(REPORTS)
                .headers(organizationToken("acme"))
                .exchange()
                .expectStatus()
                .isForbidden();
    }

    @Test
    void replacedTokenThenAnother() {
        assertThat(token.value())
                .isEqualTo(token.value())
                .isNotEqualTo(token.user("alice").value());
        assertThat(token.toString()).doesNotContain("read:report", "acme", token.value());
    }
}

package io.scopeguard.spring.test;

import static io.scopeguard.spring.test.TestAccessToken.organizationToken;

import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.resttestclient.autoconfigure.AutoConfigureRestTestClient;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.test.web.servlet.client.RestTestClient;

/** An example of the documentation. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
@AutoConfigureTestIdentityProvider
@AutoConfigureRestTestClient
class ReportApplicationTests {

    @Autowired
    RestTestClient client;

    @Test
    void readsReports() {
        client.get()
                .uri("/organizations/acme/reports")
                .headers(organizationToken("acme").scopes("read:report"))
                .exchange()
                .expectStatus()
                .isOk();
    }
}

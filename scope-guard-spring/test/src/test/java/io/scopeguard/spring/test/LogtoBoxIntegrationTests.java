package io.scopeguard.spring.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.scopeguard.logtobox.LogtoBox;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.resttestclient.autoconfigure.AutoConfigureRestTestClient;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.servlet.client.RestTestClient;

/** The application with an identity provider that it reads over HTTP, as in production. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
@AutoConfigureRestTestClient
class LogtoBoxIntegrationTests {

    private static final LogtoBox box = LogtoBox.builder().port(0).start();

    @DynamicPropertySource
    static void provider(DynamicPropertyRegistry registry) {
        box.properties().forEach((name, value) -> registry.add(name, () -> value));
    }

    @Test
    void refusesDemotedUsers() {
        box.addMember("acme", "dana", "read:report", "export:report");
        String token = box.token("dana", "acme", "read:report");
        box.addMember("acme", "dana", "export:report");

        await().untilAsserted(() -> assertThat(status(token)).isEqualTo(403));
    }

    @Autowired
    private RestTestClient client;

    @BeforeAll
    static void patient() {
        Awaitility.setDefaultTimeout(Duration.ofMinutes(2));
    }

    @AfterAll
    static void stop() {
        Awaitility.reset();
        box.close();
    }

    private int status(String token) {
        return client.get()
                .uri("/organizations/acme/reports")
                .headers(headers -> headers.setBearerAuth(token))
                .exchange()
                .returnResult(String.class)
                .getStatus()
                .value();
    }

    @Test
    void currentMemberThenGranted() {
        box.addMember("acme", "erin", "read:report");
        assertThat(status(box.token("erin", "acme", "read:report"))).isEqualTo(200);
    }

    @Test
    void tokenThatNobodyCouldHaveThenRefusedWithTheFix() {
        assertThatThrownBy(() -> box.token("bob", "acme", "delete:report"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("'bob' does not hold [delete:report]")
                .hasMessageContaining("LogtoBox.addMember");
        assertThatThrownBy(() -> box.token("carol", "acme"))
                .hasMessageContaining("not an active user and member of 'acme'");
        assertThatThrownBy(() -> box.resourceToken("mallory", "https://api.example.test"))
                .hasMessageContaining("'mallory'");
    }

    @Test
    void resourceTokenThenWrongKindHere() {
        String token = box.resourceToken("alice", "https://api.example.test", "read:document");
        client.get()
                .uri("/organizations/acme/reports")
                .headers(headers -> headers.setBearerAuth(token))
                .exchange()
                .expectStatus()
                .isUnauthorized();
    }
}

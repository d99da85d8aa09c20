package io.scopeguard.spring.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.jwt;

import io.scopeguard.logtobox.LogtoBox;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.webmvc.test.autoconfigure.AutoConfigureMockMvc;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.servlet.assertj.MockMvcTester;

/** MockMvc with a provider outside of the test process, which issues the tokens instead of the test kit. */
@SpringBootTest
@AutoConfigureMockMvc
class LogtoBoxMockMvcTests {

    private static final String REPORTS = "/organizations/acme/reports";
    private static final LogtoBox box = LogtoBox.builder().port(0).start();

    @DynamicPropertySource
    static void provider(DynamicPropertyRegistry registry) {
        box.properties().forEach((name, value) -> registry.add(name, () -> value));
    }

    @AfterAll
    static void stop() {
        box.close();
    }

    @Autowired
    private MockMvcTester mvc;

    @Test
    void tokenOfTheProviderThenGranted() {
        box.addMember("acme", "erin", "read:report");
        String token = box.token("erin", "acme", "read:report");
        assertThat(mvc.get().uri(REPORTS).header("Authorization", "Bearer " + token))
                .hasStatusOk();
    }

    @Test
    void unsignedTokenThenFailurePointsToTokensOfTheProvider() {
        assertThatThrownBy(() -> mvc.get().uri(REPORTS).with(jwt()).exchange())
                .hasMessageContaining("LogtoBox.token(user, organization, scopes)")
                .hasMessageContaining("@AutoConfigureTestIdentityProvider");
    }
}

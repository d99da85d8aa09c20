package com.example;

import static io.scopeguard.spring.test.TestAccessToken.organizationToken;
import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.spring.test.AutoConfigureTestIdentityProvider;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.webmvc.test.autoconfigure.AutoConfigureMockMvc;
import org.springframework.test.web.servlet.assertj.MockMvcTester;

/** The whole application: what its operator and its clients see. */
@SpringBootTest
@AutoConfigureMockMvc
@AutoConfigureTestIdentityProvider
class ApplicationTests {

    @Autowired
    MockMvcTester mvc;

    @Test
    void guardsReports() {
        assertThat(mvc.get().uri("/organizations/acme/reports")).hasStatus(401);
        assertThat(mvc.get().uri("/organizations/acme/reports").with(organizationToken("acme").scopes("read:report")))
                .hasStatusOk()
                .bodyText()
                .contains("Q4 of acme");
    }
}

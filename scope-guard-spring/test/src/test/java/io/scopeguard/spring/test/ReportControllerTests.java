package io.scopeguard.spring.test;

import static io.scopeguard.spring.test.TestAccessToken.organizationToken;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.webmvc.test.autoconfigure.WebMvcTest;
import org.springframework.test.web.servlet.assertj.MockMvcTester;

/** The first example of the documentation. */
@WebMvcTest(ReportController.class)
class ReportControllerTests {

    @Autowired
    MockMvcTester mvc;

    @Test
    void readsReports() {
        assertThat(mvc.get()
                        .uri("/organizations/acme/reports")
                        .with(organizationToken("acme").scopes("read:report")))
                .hasStatusOk();
    }

    @Test
    @WithOrganizationToken(organization = "acme", scopes = "write:report")
    void needsTheScope() {
        assertThat(mvc.get().uri("/organizations/acme/reports")).hasStatus(403);
    }
}

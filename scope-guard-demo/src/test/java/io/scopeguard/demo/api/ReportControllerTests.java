package io.scopeguard.demo.api;

import static io.scopeguard.spring.test.TestAccessToken.organizationToken;
import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.spring.test.TestAccessToken;
import io.scopeguard.spring.test.TestPermissions;
import io.scopeguard.spring.test.WithOrganizationToken;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.webmvc.test.autoconfigure.WebMvcTest;
import org.springframework.context.annotation.Import;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.assertj.MockMvcTester;

/** The demo's controller alone, in the form in which an application's author would test it. */
@WebMvcTest(ReportController.class)
@Import(Reports.class)
class ReportControllerTests {

    private static final String REPORTS = "/organizations/acme/reports";

    @Autowired
    private MockMvcTester mvc;

    @Autowired
    private TestPermissions permissions;

    @Test
    @WithOrganizationToken(organization = "acme", scopes = "read:report")
    void readerThenReadsAndDoesNotWrite() {
        assertThat(mvc.get().uri(REPORTS)).hasStatusOk();
        assertThat(mvc.post()
                        .uri(REPORTS)
                        .contentType(MediaType.APPLICATION_JSON)
                        .content("{\"title\":\"Q4\"}"))
                .hasStatus(403);
    }

    @Test
    void demotedWriterThenDenied() {
        TestAccessToken token = organizationToken("acme").scopes("read:report", "write:report");
        permissions.in("acme").revoke("write:report");
        assertThat(mvc.post()
                        .uri(REPORTS)
                        .with(token)
                        .contentType(MediaType.APPLICATION_JSON)
                        .content("{\"title\":\"Q4\"}"))
                .hasStatus(403)
                .containsHeader("Scope-Drift");
    }
}

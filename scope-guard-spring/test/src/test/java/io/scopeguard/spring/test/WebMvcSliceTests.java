package io.scopeguard.spring.test;

import static io.scopeguard.spring.test.TestAccessToken.organizationToken;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.jwt;

import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.webmvc.test.autoconfigure.WebMvcTest;
import org.springframework.test.web.servlet.assertj.MockMvcTester;

/** A test slice has the guard, and its own identity provider. */
@WebMvcTest(ReportController.class)
class WebMvcSliceTests {

    private static final String REPORTS = "/organizations/acme/reports";

    @Autowired
    private MockMvcTester mvc;

    @Test
    void noTokenThenUnauthorized() {
        assertThat(mvc.get().uri(REPORTS))
                .hasStatus(401)
                .headers()
                .hasValue(
                        "WWW-Authenticate",
                        "Bearer resource_metadata=\"http://localhost/.well-known/oauth-protected-resource\"");
    }

    @Test
    void requiredScopeThenGranted() {
        assertThat(mvc.get().uri(REPORTS).with(organizationToken("acme").scopes("read:report")))
                .hasStatusOk()
                .bodyText()
                .isEqualTo("acme for user");
    }

    @Test
    void missingScopeThenForbidden() {
        assertThat(mvc.get().uri(REPORTS).with(organizationToken("acme").scopes("write:report")))
                .hasStatus(403)
                .bodyJson()
                .extractingPath("type")
                .asString()
                .endsWith("insufficient-scope");
    }

    @Test
    void otherOrganizationThenForbidden() {
        assertThat(mvc.get().uri(REPORTS).with(organizationToken("globex").scopes("read:report")))
                .hasStatus(403)
                .bodyText()
                .contains("organization-mismatch");
    }

    @Test
    @WithOrganizationToken(organization = "acme", scopes = "read:report", user = "alice")
    void annotationThenGranted() {
        assertThat(mvc.get().uri(REPORTS)).hasStatusOk().bodyText().isEqualTo("acme for alice");
    }

    @Test
    @WithOrganizationToken(organization = "acme")
    void annotationWithoutScopeThenForbidden() {
        assertThat(mvc.get().uri(REPORTS)).hasStatus(403);
    }

    @Test
    void expiredTokenThenUnauthorized() {
        assertThat(mvc.get()
                        .uri(REPORTS)
                        .with(organizationToken("acme").scopes("read:report").expired()))
                .hasStatus(401)
                .bodyText()
                .contains("The token has expired");
    }

    @Test
    void unsignedTokenThenFailurePointsToTheKit() {
        assertThatThrownBy(() -> mvc.get().uri(REPORTS).with(jwt()).exchange())
                .hasMessageContaining("organizationToken(\"acme\").scopes(\"read:report\")")
                .hasMessageContaining("@WithOrganizationToken");
    }
}

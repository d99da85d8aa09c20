package com.example;

import static io.scopeguard.spring.test.TestAccessToken.organizationToken;
import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.spring.actuate.ScopeGuardEndpoint;
import io.scopeguard.spring.test.AutoConfigureTestIdentityProvider;
import io.scopeguard.spring.test.TestAccessToken;
import io.scopeguard.spring.test.TestPermissions;
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

    @Autowired
    ScopeGuardEndpoint scopeGuard;

    @Autowired
    TestPermissions permissions;

    @Test
    void guardsReports() {
        assertThat(mvc.get().uri("/organizations/acme/reports")).hasStatus(401);
        assertThat(mvc.get().uri("/organizations/acme/reports").with(organizationToken("acme").scopes("read:report")))
                .hasStatusOk()
                .bodyText()
                .contains("Q4 of acme");
    }

    @Test
    void answersProbes() {
        assertThat(mvc.get().uri("/actuator/health/liveness")).hasStatusOk();
        assertThat(mvc.get().uri("/actuator/health/readiness")).hasStatusOk();
    }

    @Test
    void describesItself() {
        assertThat(mvc.get().uri("/v3/api-docs"))
                .hasStatusOk()
                .bodyJson()
                .extractingPath("$.paths['/organizations/{organizationId}/reports'].get.security[0].organizationToken[0]")
                .isEqualTo("read:report");
    }

    @Test
    void explainsDecisionsToOperatorsOnly() {
        permissions.in("acme").promote("read:report");

        assertThat(scopeGuard.explain(TestAccessToken.DEFAULT_USER, "acme", null, null, null, null, null).live())
                .contains("read:report");
        assertThat(mvc.get().uri("/actuator/scopeguard/user").with(organizationToken("acme"))).hasStatus(403);
    }
}

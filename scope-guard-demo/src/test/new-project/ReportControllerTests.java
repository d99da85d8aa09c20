package com.example;

import static io.scopeguard.spring.test.TestAccessToken.organizationToken;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.webmvc.test.autoconfigure.WebMvcTest;
import org.springframework.test.web.servlet.assertj.MockMvcTester;

@WebMvcTest(ReportController.class)
class ReportControllerTests {

    @Autowired
    MockMvcTester mvc;

// test

    @Test
    void refusesOthers() {
        assertThat(mvc.get().uri("/organizations/acme/reports").with(organizationToken("acme"))).hasStatus(403);
    }
}

package io.scopeguard.spring.test;

import static io.scopeguard.spring.test.TestAccessToken.organizationToken;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.boot.webmvc.test.autoconfigure.WebMvcTest;
import org.springframework.context.annotation.Bean;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.oauth2.jwt.BadJwtException;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.test.web.servlet.assertj.MockMvcTester;

/** An application with its own decoder, whose guarded chain uses that of the guard, as in the documentation. */
@WebMvcTest(ReportController.class)
class OwnDecoderTests {

    private static final String REPORTS = "/organizations/acme/reports";

    @Autowired
    private MockMvcTester mvc;

    @Test
    void getWhenTheChainUsesTheDecoderOfTheGuardThenGranted() {
        assertThat(mvc.get().uri(REPORTS).with(organizationToken("acme").scopes("read:report")))
                .hasStatusOk();
        assertThat(mvc.get().uri(REPORTS).with(organizationToken("globex").scopes("read:report")))
                .hasStatus(403);
    }

    @Test
    @WithOrganizationToken(organization = "acme", scopes = "read:report")
    void getWhenTheTestIsAnnotatedThenGranted() {
        assertThat(mvc.get().uri(REPORTS)).hasStatusOk();
    }

    @TestConfiguration(proxyBeanMethods = false)
    static class Application {

        @Bean
        JwtDecoder decoder() {
            return token -> {
                throw new BadJwtException("a token of another part of the application");
            };
        }

        @Bean
        SecurityFilterChain api(HttpSecurity http, @Qualifier("accessTokenDecoder") JwtDecoder accessTokenDecoder) {
            return http.oauth2ResourceServer(
                            resourceServer -> resourceServer.jwt(jwt -> jwt.decoder(accessTokenDecoder)))
                    .authorizeHttpRequests(requests -> requests.anyRequest().authenticated())
                    .build();
        }
    }
}

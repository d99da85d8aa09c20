package io.scopeguard.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.security.config.Customizer.withDefaults;

import io.scopeguard.Decision;
import io.scopeguard.auth0.FakeAuth0;
import io.scopeguard.logto.Logto;
import io.scopeguard.logto.LogtoTenant;
import io.scopeguard.spring.support.Reply;
import io.scopeguard.spring.support.RunningApi;
import io.scopeguard.spring.support.TenantServer;
import io.scopeguard.testing.FakeKeycloak;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.token.AccessToken;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.oauth2.jwt.BadJwtException;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** The behaviour of an application whose guard is switched off. */
@ExtendWith(OutputCaptureExtension.class)
class KillSwitchTests {

    /** Spring Security's decoder always uses the system's clock. */
    private static final MovableClock clock = new MovableClock(Instant.now());

    private static final TenantServer tenant = new TenantServer(clock);
    private static final FakeKeycloak keycloak = FakeKeycloak.recorded(clock);
    private static final FakeAuth0 auth0 = new FakeAuth0(clock).role("rol_viewer", "read:report");
    private static RunningApi api;
    private static RunningApi closed;
    private static String started;
    private static Map<String, Object> properties;

    @BeforeAll
    static void start(CapturedOutput output) {
        properties = new HashMap<>(tenant.properties());
        properties.put("scope-guard.enabled", false);
        properties.put("scope-guard.default-audience", FakeKeycloak.API);
        properties.put("scope-guard.keycloak.issuer", keycloak.issuer().toString());
        properties.put("scope-guard.keycloak.client-id", FakeKeycloak.CLIENT_ID);
        properties.put("scope-guard.keycloak.client-secret", FakeKeycloak.CLIENT_SECRET);
        properties.put("scope-guard.keycloak.api-client", FakeKeycloak.API_CLIENT);
        properties.put("scope-guard.auth0.domain", auth0.url());
        properties.put("scope-guard.auth0.client-id", FakeAuth0.CLIENT);
        properties.put("scope-guard.auth0.client-secret", FakeAuth0.SECRET);
        api = RunningApi.start(properties, clock, Api.class);
        started = output.toString();
        Map<String, Object> denying = new HashMap<>(properties);
        denying.put("scope-guard.unannotated", "deny");
        denying.put("scope-guard.open", "static,servlet:status");
        closed = RunningApi.start(denying, clock, Api.class);
    }

    @AfterAll
    static void stop() {
        closed.close();
        api.close();
        auth0.close();
        keycloak.close();
        tenant.close();
    }

    /** A token without a scope that the handlers require. */
    private static String token(String provider) {
        switch (provider) {
            case "logto" -> {
                return tenant.organizationToken("acme", "alice").signed();
            }
            case "keycloak" -> {
                keycloak.realm().user("alice", "alice").member("acme-id", "alice");
                return keycloak.token("alice", "acme");
            }
            default -> {
                auth0.member("org_acme", "auth0|alice");
                return auth0.signIn("auth0|alice", "org_acme", "openid").token();
            }
        }
    }

    @Test
    void startThenWarnsThatNothingIsEnforced() {
        assertThat(started).contains("Any valid token of the configured provider has access to every organization");
    }

    @ParameterizedTest
    @ValueSource(strings = {"logto", "keycloak", "auth0"})
    void validTokenOfEachProviderThenGrantedWhateverItCarries(String provider) {
        String token = token(provider);
        assertThat(api.get("/organizations/globex/reports", token).body()).isEqualTo("reports");
        assertThat(api.get("/plain", token).body()).isEqualTo("plain");
        assertThat(closed.get("/organizations/globex/reports", token).body()).isEqualTo("reports");
    }

    @ParameterizedTest
    @ValueSource(strings = {"logto", "keycloak", "auth0"})
    void forgedTokenOfEachProviderThenRefused(String provider) {
        String token = token(provider);
        int signature = token.lastIndexOf('.') + 1;
        String forged = token.substring(0, signature)
                + (token.charAt(signature) == 'A' ? 'B' : 'A')
                + token.substring(signature + 1);
        assertThat(api.get("/organizations/acme/reports", forged).status()).isEqualTo(401);
    }

    @Test
    void validTokenOfAProviderOfTheApplicationThenGrantedWhateverItCarries() {
        Map<String, Object> settings =
                Map.of("scope-guard.enabled", false, "scope-guard.resources", TenantServer.RESOURCE);
        try (RunningApi own = RunningApi.start(settings, clock, Api.class, OwnProvider.class)) {
            assertThat(own.get("/organizations/globex/reports", token("logto")).body())
                    .isEqualTo("reports");
            Reply stranger = own.getAsStranger("/organizations/acme/reports");
            assertThat(stranger.status()).isEqualTo(401);
            assertThat(stranger.header("WWW-Authenticate")).startsWith("Bearer");
            assertThat(own.get("/plain", token("keycloak")).status()).isEqualTo(401);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"logto", "keycloak", "auth0"})
    void validTokenWhenTheChainNamesTheDecoderThenGranted(String provider) {
        try (RunningApi own = RunningApi.start(properties, clock, Api.class, OwnDecoder.class)) {
            assertThat(own.get("/organizations/globex/reports", token(provider)).body())
                    .isEqualTo("reports");
            assertThat(own.get("/organizations/globex/reports", "forged").status())
                    .isEqualTo(401);
        }
    }

    // unannotated=deny and open

    @ParameterizedTest
    @ValueSource(strings = {"logto", "keycloak", "auth0"})
    void undeclaredHandlerWhenTheyAreClosedThenRefusedForAnyToken(String provider) {
        assertThat(closed.get("/plain", token(provider)).status()).isEqualTo(403);
        assertThat(closed.getAsStranger("/plain").status()).isEqualTo(401);
    }

    @Test
    void declaredHandlersWhenOthersAreClosedThenAsBefore() {
        assertThat(closed.getAsStranger("/about").body()).isEqualTo("about");
        assertThat(closed.getAsStranger("/organizations/acme/reports").status()).isEqualTo(401);
        // A missing file: static content is open by name.
        assertThat(closed.getAsStranger("/nothing.css").status()).isEqualTo(404);
    }

    @Test
    void otherServletsThenOpenByNameOnly() {
        String token = token("logto");
        assertThat(closed.getAsStranger("/status").body()).isEqualTo("servlet");
        assertThat(closed.get("/jobs", token).status()).isEqualTo(403);
        assertThat(closed.getAsStranger("/jobs").status()).isEqualTo(401);
        assertThat(api.get("/jobs", token).body()).isEqualTo("servlet");
        assertThat(api.getAsStranger("/status").status()).isEqualTo(401);
    }

    /** The chain below authenticates operators without a token, and permits all other requests. */
    @Test
    void ownChainWhenOthersAreClosedThenItsUsersAreItsOwn() {
        try (RunningApi own = RunningApi.start(
                tenant,
                clock,
                List.of("scope-guard.enabled", "false", "scope-guard.unannotated", "deny"),
                Api.class,
                OwnChain.class)) {
            assertThat(own.getAsStranger("/plain", "Authorization", "Basic b3BlcmF0b3I6b3BlcmF0b3I=")
                            .body())
                    .isEqualTo("plain");
            assertThat(own.getAsStranger("/about").body()).isEqualTo("about");
            Reply stranger = own.getAsStranger("/plain");
            assertThat(stranger.status()).isEqualTo(401);
            assertThat(stranger.header("WWW-Authenticate")).isEqualTo("Bearer");
        }
    }

    @Test
    void noTokenThenChallengedAsByAResourceServer() {
        Reply reply = api.getAsStranger("/organizations/acme/reports");
        assertThat(reply.status()).isEqualTo(401);
        assertThat(reply.header("WWW-Authenticate")).startsWith("Bearer");
        assertThat(reply.header("Set-Cookie")).isEmpty();
        assertThat(api.getAsStranger("/about").body()).isEqualTo("about");
    }

    /** A decision that Spring MVC bound from request parameters would be under the client's control. */
    @Test
    void handlerThatTakesADecisionThenGetsNone() {
        String token = tenant.organizationToken("acme", "alice").signed();
        assertThat(api.get("/decision", token).body()).isEqualTo("null null");
        assertThat(api.get("/decision?denial=NOT_A_MEMBER&denied=true", token).body())
                .isEqualTo("null null");
    }

    @ParameterizedTest
    @CsvSource({"aud, https://other.example", "iss, https://evil.example", "exp, past"})
    void foreignTokenThenRefused(String claim, String value) {
        Object wrong = value.equals("past") ? Instant.now().minusSeconds(600).getEpochSecond() : value;
        String token =
                tenant.organizationToken("acme", "alice").with(claim, wrong).signed();
        assertThat(api.get("/organizations/acme/reports", token).status()).isEqualTo(401);
    }

    /** Has its own decoder, and a chain that names the guard's decoder, as in the documentation. */
    @Configuration(proxyBeanMethods = false)
    static class OwnDecoder {

        @Bean
        JwtDecoder decoder() {
            return token -> {
                throw new BadJwtException("a token of another part of the application");
            };
        }

        @Bean
        SecurityFilterChain chain(HttpSecurity http, @Qualifier("accessTokenDecoder") JwtDecoder accessTokenDecoder) {
            return http.oauth2ResourceServer(
                            resourceServer -> resourceServer.jwt(jwt -> jwt.decoder(accessTokenDecoder)))
                    .authorizeHttpRequests(requests -> requests.anyRequest().authenticated())
                    .build();
        }
    }

    /** A provider without properties. */
    @Configuration(proxyBeanMethods = false)
    static class OwnProvider {

        @Bean
        Logto own() {
            LogtoTenant own = new LogtoTenant(URI.create(tenant.endpoint()));
            return Logto.at(own, TenantServer.APP_ID, TenantServer.APP_SECRET).build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnChain {

        @Bean
        SecurityFilterChain operators(HttpSecurity http) {
            return http.httpBasic(withDefaults())
                    .authorizeHttpRequests(requests -> requests.anyRequest().permitAll())
                    .build();
        }

        @Bean
        UserDetailsService users() {
            return new InMemoryUserDetailsManager(
                    User.withUsername("operator").password("{noop}operator").build());
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Api {

        @Bean
        ServletRegistrationBean<HttpServlet> status() {
            return servlet("status");
        }

        @Bean
        ServletRegistrationBean<HttpServlet> jobs() {
            return servlet("jobs");
        }

        private static ServletRegistrationBean<HttpServlet> servlet(String name) {
            HttpServlet servlet = new HttpServlet() {
                @Override
                protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
                    response.getWriter().write("servlet");
                }
            };
            ServletRegistrationBean<HttpServlet> registration = new ServletRegistrationBean<>(servlet, "/" + name);
            registration.setName(name);
            return registration;
        }

        @RestController
        static class Reports {

            @RequiresScopes("read:report")
            @GetMapping("/organizations/{organizationId}/reports")
            String reports() {
                return "reports";
            }

            @RequiresScopes("read:report")
            @GetMapping("/decision")
            String decision(@Nullable Decision decision, @Nullable AccessToken token) {
                return decision + " " + token;
            }

            @GetMapping("/plain")
            String plain() {
                return "plain";
            }

            @PublicEndpoint
            @GetMapping("/about")
            String about() {
                return "about";
            }
        }
    }
}

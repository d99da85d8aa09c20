package io.scopeguard.zoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.security.config.Customizer.withDefaults;

import io.scopeguard.spring.RequiresScopes;
import io.scopeguard.spring.authorization.AuthenticatedOrPublic;
import io.scopeguard.spring.support.Reply;
import io.scopeguard.spring.support.RunningApi;
import io.scopeguard.spring.support.TenantServer;
import io.scopeguard.testing.MovableClock;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.security.autoconfigure.actuate.web.servlet.EndpointRequest;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** The documented chain for actuator endpoints, compiled here and run. */
class ActuatorRecipeTests {

    private static final MovableClock clock = MovableClock.atNoon();
    private static final TenantServer tenant = new TenantServer(clock);
    private static RunningApi api;

    @BeforeAll
    static void start() {
        List<String> settings = List.of("management.endpoints.web.exposure.include", "*");
        api = RunningApi.start(tenant, clock, settings, Chains.class);
    }

    @AfterAll
    static void stop() {
        api.close();
        tenant.close();
    }

    @Test
    void endpointsTakeOperatorsAndHealthTakesEverybody() {
        assertThat(api.getAsStranger("/actuator/health").status()).isEqualTo(200);
        assertThat(api.getAsStranger("/actuator/info").status()).isEqualTo(401);
        assertThat(api.getAsStranger("/actuator/info", "Authorization", basic()).status())
                .isEqualTo(200);
    }

    @Test
    void tokensAreForTheApiAndOpenNoEndpoint() {
        String acme = TenantServer.newId("acme");
        String user = tenant.newUser();
        tenant.join(acme, user, "read:report");
        clock.advance(Duration.ofMinutes(1));
        String token = tenant.organizationToken(acme, user, "read:report").signed();

        assertThat(api.get("/actuator/info", token).status()).isEqualTo(401);
        assertThat(api.get("/organizations/" + acme + "/reports", token).body()).isEqualTo("reports");
        Reply operator = api.getAsStranger("/organizations/" + acme + "/reports", "Authorization", basic());
        assertThat(operator.status()).isEqualTo(401);
        assertThat(operator.header("WWW-Authenticate")).startsWith("Bearer");
    }

    private static String basic() {
        return "Basic " + Base64.getEncoder().encodeToString("operator:operator".getBytes(StandardCharsets.US_ASCII));
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Chains {

        @Bean
        @Order(1)
        SecurityFilterChain actuator(HttpSecurity http) {
            return http.securityMatcher(EndpointRequest.toAnyEndpoint())
                    .httpBasic(withDefaults())
                    .authorizeHttpRequests(requests -> requests.requestMatchers(EndpointRequest.to("health"))
                            .permitAll()
                            .anyRequest()
                            .hasRole("OPERATOR"))
                    .build();
        }

        @Bean
        @Order(2)
        SecurityFilterChain api(HttpSecurity http, AuthenticatedOrPublic authenticatedOrPublic) {
            return http.oauth2ResourceServer(resourceServer -> resourceServer.jwt(withDefaults()))
                    .csrf(AbstractHttpConfigurer::disable)
                    .authorizeHttpRequests(requests -> requests.anyRequest().access(authenticatedOrPublic))
                    .build();
        }

        @Bean
        UserDetailsService operators() {
            return new InMemoryUserDetailsManager(User.withUsername("operator")
                    .password("{noop}operator")
                    .roles("OPERATOR")
                    .build());
        }

        @RestController
        static class Reports {

            @RequiresScopes("read:report")
            @GetMapping("/organizations/{organizationId}/reports")
            String reports() {
                return "reports";
            }
        }
    }
}

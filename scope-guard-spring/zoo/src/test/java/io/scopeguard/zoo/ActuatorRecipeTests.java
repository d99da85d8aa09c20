package io.scopeguard.zoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.security.config.Customizer.withDefaults;

import io.scopeguard.spring.PublicEndpoint;
import io.scopeguard.spring.RequiresScopes;
import io.scopeguard.spring.authorization.AuthenticatedOrPublicAuthorizationManager;
import io.scopeguard.spring.authorization.ScopeAuthorizationManagerFactory;
import io.scopeguard.spring.support.Reply;
import io.scopeguard.spring.support.RunningApi;
import io.scopeguard.spring.support.TenantServer;
import io.scopeguard.testing.MovableClock;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.security.autoconfigure.actuate.web.servlet.EndpointRequest;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpStatus;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.config.annotation.CorsRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** The documented chain for actuator endpoints beside the documented chain for everything else, compiled here and run. */
class ActuatorRecipeTests {

    private static final String ORIGIN = "https://app.example.test";

    private static final MovableClock clock = MovableClock.atNoon();
    private static final TenantServer tenant = new TenantServer(clock);
    private static RunningApi api;

    @BeforeAll
    static void start() {
        List<String> settings = List.of("management.endpoints.web.exposure.include", "*");
        api = RunningApi.start(tenant, clock, settings, Chains.class, Api.class);
    }

    @AfterAll
    static void stop() {
        api.close();
        tenant.close();
    }

    @Test
    void getEndpointWhenNotAnOperatorThenOnlyHealthIsOpen() {
        assertThat(api.getAsStranger("/actuator/health").status()).isEqualTo(200);
        assertThat(api.getAsStranger("/actuator/info").status()).isEqualTo(401);
        assertThat(api.getAsStranger("/actuator/info", "Authorization", basic()).status())
                .isEqualTo(200);
    }

    @Test
    void getWhenTheCredentialsAreForTheOtherChainThenUnauthorized() {
        String acme = TenantServer.newId("acme");
        String token = token(acme);

        assertThat(api.get("/actuator/info", token).status()).isEqualTo(401);
        assertThat(api.get("/organizations/" + acme + "/reports", token).body()).isEqualTo("reports");
        Reply operator = api.getAsStranger("/organizations/" + acme + "/reports", "Authorization", basic());
        assertThat(operator.status()).isEqualTo(401);
        assertThat(operator.header("WWW-Authenticate")).startsWith("Bearer");
    }

    @ParameterizedTest
    @CsvSource({"/open/broken, 500", "/open/conflict, 409", "/open/missing, 404", "/open/body, 400"})
    void requestWhenAnOpenHandlerFailsThenTheStatusStaysWithAndWithoutAToken(String path, int status) {
        String method = path.endsWith("body") ? "POST" : "GET";
        String body = path.endsWith("body") ? "{" : null;
        String[] json = {"Content-Type", "application/json"};
        String[] withToken = {"Content-Type", "application/json", "Authorization", "Bearer " + token("acme")};

        assertThat(api.send(method, path, body, json).status()).isEqualTo(status);
        assertThat(api.send(method, path, body, withToken).status()).isEqualTo(status);
    }

    @Test
    void requestWhenAnEndpointFailsThenStrangersAreRefused() {
        assertThat(api.getAsStranger("/actuator/nothing").status()).isEqualTo(401);
        assertThat(api.getAsStranger("/actuator/loggers/x/y").status()).isEqualTo(401);
        assertThat(api.send("POST", "/actuator/loggers/io.scopeguard", "{", "Content-Type", "application/json")
                        .status())
                .isIn(401, 403);
    }

    @Test
    void getWhenThePathIsAnotherOneOfTheApiThenGuarded() {
        String acme = TenantServer.newId("acme");
        String token = token(acme);

        assertThat(api.get("/organizations/" + acme + "/members", token).body()).isEqualTo("members");
        assertThat(api.get("/organizations/" + acme + "/deletions", token).status())
                .isEqualTo(403);
        assertThat(api.get("/organizations/other/members", token).body()).contains("organization-mismatch");
        assertThat(api.getAsStranger("/organizations/" + acme + "/members").status())
                .isEqualTo(401);
        assertThat(api.get("/own", token).status()).isEqualTo(200);
        assertThat(api.getAsStranger("/open").body()).isEqualTo("open");
    }

    @Test
    void preflightWhenForTheApiThenAnsweredAndWhenForAnEndpointThenRefused() {
        Reply allowed = preflight("/organizations/acme/reports", ORIGIN);
        assertThat(allowed.status()).isEqualTo(200);
        assertThat(allowed.header("Access-Control-Allow-Origin")).isEqualTo(ORIGIN);
        assertThat(preflight("/organizations/acme/reports", "https://evil.example")
                        .status())
                .isEqualTo(403);
        Reply endpoint = preflight("/actuator/info", ORIGIN);
        assertThat(endpoint.status()).isIn(401, 403);
        assertThat(endpoint.has("Access-Control-Allow-Origin")).isFalse();
    }

    @Test
    void getWhenTheOriginIsAnotherThenItCanReadTheSignals() {
        String acme = TenantServer.newId("acme");

        Reply granted = api.get("/organizations/" + acme + "/reports", token(acme), "Origin", ORIGIN);
        Reply refused = api.getAsStranger("/organizations/" + acme + "/reports", "Origin", ORIGIN);
        for (Reply reply : List.of(granted, refused)) {
            assertThat(reply.header("Access-Control-Allow-Origin")).isEqualTo(ORIGIN);
            assertThat(reply.header("Access-Control-Expose-Headers")).contains("Scope-Drift", "WWW-Authenticate");
        }
        assertThat(granted.status()).isEqualTo(200);
        assertThat(refused.status()).isEqualTo(401);
    }

    private static Reply preflight(String path, String origin) {
        return api.send("OPTIONS", path, null, "Origin", origin, "Access-Control-Request-Method", "GET");
    }

    private static String token(String organization) {
        String user = tenant.newUser();
        tenant.join(organization, user, "read:report");
        clock.advance(Duration.ofMinutes(1));
        return tenant.organizationToken(organization, user, "read:report").signed();
    }

    private static String basic() {
        return "Basic " + Base64.getEncoder().encodeToString("operator:operator".getBytes(StandardCharsets.US_ASCII));
    }

    @Configuration(proxyBeanMethods = false)
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
        SecurityFilterChain api(
                HttpSecurity http,
                ScopeAuthorizationManagerFactory scopes,
                AuthenticatedOrPublicAuthorizationManager authenticatedOrPublic) {
            return http.oauth2ResourceServer(resourceServer -> resourceServer.jwt(withDefaults()))
                    .cors(withDefaults())
                    .csrf(AbstractHttpConfigurer::disable)
                    .sessionManagement(session -> session.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                    .authorizeHttpRequests(
                            requests -> requests.requestMatchers("/organizations/{organizationId}/reports/**")
                                    .access(scopes.hasScope("read:report"))
                                    .anyRequest()
                                    .access(authenticatedOrPublic))
                    .build();
        }

        @Bean
        UserDetailsService operators() {
            return new InMemoryUserDetailsManager(User.withUsername("operator")
                    .password("{noop}operator")
                    .roles("OPERATOR")
                    .build());
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Api implements WebMvcConfigurer {

        @Override
        public void addCorsMappings(CorsRegistry registry) {
            registry.addMapping("/organizations/**").allowedOrigins(ORIGIN);
        }

        @RestController
        static class Handlers {

            /** The chain says what is required. */
            @GetMapping("/organizations/{organizationId}/reports")
            String reports() {
                return "reports";
            }

            @RequiresScopes("read:report")
            @GetMapping("/organizations/{organizationId}/members")
            String members() {
                return "members";
            }

            @RequiresScopes("delete:report")
            @GetMapping("/organizations/{organizationId}/deletions")
            String deletions() {
                return "deletions";
            }

            @GetMapping("/own")
            String own() {
                return "own";
            }
        }

        @PublicEndpoint
        @RestController
        @RequestMapping("/open")
        static class Open {

            @GetMapping
            String open() {
                return "open";
            }

            @GetMapping("/{problem}")
            String fail(@PathVariable String problem) {
                if (problem.equals("broken")) {
                    throw new IllegalStateException("broken on purpose");
                }
                throw new ResponseStatusException(
                        problem.equals("missing") ? HttpStatus.NOT_FOUND : HttpStatus.CONFLICT);
            }

            @PostMapping("/body")
            String body(@RequestBody Map<String, String> body) {
                return "read";
            }
        }
    }
}

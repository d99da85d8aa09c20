package io.scopeguard.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.security.config.Customizer.withDefaults;

import io.scopeguard.spring.authorization.ScopeAuthorizationManagerFactory;
import io.scopeguard.spring.support.Reply;
import io.scopeguard.spring.support.RunningApi;
import io.scopeguard.spring.support.TenantServer;
import io.scopeguard.testing.MovableClock;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.boot.web.servlet.support.ErrorPageFilter;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpStatus;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationConverter;
import org.springframework.security.oauth2.server.resource.web.BearerTokenResolver;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/**
 * An error keeps its status in the container's error dispatch, in every kind of chain: a failure never becomes a 401 or 403 for the
 * error page.
 */
class ErrorDispatchTests {

    private static final Set<String> CHAINS =
            Set.of("default", "own", "scopes for everything", "deployed", "deployed, undeclared closed");

    private static final MovableClock clock = MovableClock.atNoon();
    private static final TenantServer tenant = new TenantServer(clock);
    private static final Map<String, RunningApi> apis = new LinkedHashMap<>();

    private final String acme = TenantServer.newId("acme");
    private final String user = tenant.newUser();

    @BeforeAll
    static void start() {
        List<String> quiet = List.of("logging.level.root", "off");
        apis.put("default", RunningApi.start(tenant, clock, quiet, Api.class));
        apis.put("deployed", RunningApi.start(tenant, clock, quiet, Api.class, Deployed.class));
        List<String> closed = List.of("logging.level.root", "off", "scope-guard.unannotated", "deny");
        apis.put("deployed, undeclared closed", RunningApi.start(tenant, clock, closed, Api.class, Deployed.class));
        apis.put("own", RunningApi.start(tenant, clock, quiet, Api.class, OwnChain.class));
        apis.put("scopes for everything", RunningApi.start(tenant, clock, quiet, Api.class, ScopesForEverything.class));
    }

    @AfterAll
    static void stop() {
        apis.values().forEach(RunningApi::close);
        tenant.close();
    }

    @BeforeEach
    void join() {
        tenant.join(acme, user, "read:report");
        clock.advance(Duration.ofMinutes(1));
    }

    static Stream<Arguments> failures() {
        return CHAINS.stream()
                .flatMap(chain -> Stream.of(
                        Arguments.of(chain, "GET", "/throws", 500),
                        Arguments.of(chain, "GET", "/throws-late", 500),
                        Arguments.of(chain, "GET", "/sends/409", 409),
                        Arguments.of(chain, "GET", "/sends/403", 403),
                        Arguments.of(chain, "GET", "/sends/404", 404),
                        Arguments.of(chain, "GET", "/sends/503", 503),
                        Arguments.of(chain, "GET", "/says/410", 410),
                        Arguments.of(chain, "GET", "/sends/no-number", 400),
                        Arguments.of(chain, "POST", "/json", 400)));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void requestWhenAnOpenHandlerFailsThenTheStatusStays(String chain, String method, String path, int status) {
        Reply reply = ask(chain, method, "/public" + path);

        assertThat(reply.status()).isEqualTo(status);
        assertThat(reply.has("WWW-Authenticate")).isFalse();
        assertThat(reply.body()).contains("\"status\":" + status).doesNotContain("Exception", "\tat ");
    }

    @ParameterizedTest
    @MethodSource("failures")
    void requestWhenAGuardedHandlerFailsThenTheStatusStays(String chain, String method, String path, int status) {
        String token = tenant.organizationToken(acme, user, "read:report").signed();

        Reply reply = ask(chain, method, "/organizations/" + acme + path, "Authorization", "Bearer " + token);

        assertThat(reply.status()).isEqualTo(status);
        assertThat(reply.has("WWW-Authenticate")).isFalse();
        assertThat(reply.body()).contains("\"status\":" + status).doesNotContain("Exception", "\tat ");
    }

    /** RFC 9110 §15.5.2: a 401 has a challenge. */
    @ParameterizedTest
    @ValueSource(strings = {"own", "scopes for everything"})
    void getWhenTheApplicationSends401ThenItHasAChallenge(String chain) {
        Reply reply = ask(chain, "GET", "/public/sends/401");

        assertThat(reply.status()).isEqualTo(401);
        assertThat(reply.header("WWW-Authenticate")).startsWith("Bearer ");
    }

    @Test
    void getWhenTheErrorPageIsRefusedThenAProblemWithTheStatusOfTheError() {
        assertThat(ask("own", "GET", "/public/sends/409")).hasToString("""
                409
                Content-Type: application/problem+json;charset=UTF-8
                Cache-Control: no-cache, no-store, max-age=0, must-revalidate

                {"type":"urn:problem-type:scope-guard:request-failed","title":"Conflict","status":409,\
                "detail":"The request failed with status 409.","action":"none"}""");
    }

    @Test
    void getWhenTheStatusHasNoReasonPhraseThenItStays() {
        Reply reply = ask("own", "GET", "/public/sends/499");

        assertThat(reply.status()).isEqualTo(499);
        assertThat(reply.body()).contains("\"title\":\"Request failed\"");
    }

    /** An error opens no path that requires a token. */
    @ParameterizedTest
    @ValueSource(strings = {"/organizations/acme/throws", "/nowhere", "/error"})
    void getWhenThereIsNoTokenThenUnauthorized(String path) {
        for (String chain : CHAINS) {
            assertThat(ask(chain, "GET", path).status()).as(chain).isEqualTo(401);
        }
    }

    /** A fault inside authentication is a 500, because a 401 would make the client discard a valid token. */
    @ParameterizedTest
    @ValueSource(classes = {BrokenConverter.class, BrokenResolver.class})
    void getWhenAuthenticationFailsInternallyThenServerError(Class<?> broken) {
        String token = tenant.organizationToken(acme, user, "read:report").signed();
        for (Class<?> chain : List.of(Api.class, OwnChain.class, ScopesForEverything.class)) {
            try (RunningApi api =
                    RunningApi.start(tenant, clock, List.of("logging.level.root", "off"), Api.class, chain, broken)) {
                for (String path : List.of("/organizations/" + acme + "/says/410", "/public/says/410")) {
                    Reply reply = api.get(path, token);
                    assertThat(reply.status()).as(chain + path).isEqualTo(500);
                    assertThat(reply.has("WWW-Authenticate")).isFalse();
                    assertThat(reply.body()).doesNotContain("Exception", "\tat ", token.substring(0, 40));
                }
            }
        }
    }

    private static Reply ask(String chain, String method, String path, String... headers) {
        String body = method.equals("POST") ? "{\"name\":" : null;
        String[] all = Stream.concat(Stream.of("Content-Type", "application/json"), Stream.of(headers))
                .toArray(String[]::new);
        RunningApi api = apis.get(chain);
        assertThat(api).as(chain).isNotNull();
        return api.send(method, path, body, all);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Api {

        @PublicEndpoint
        @RestController
        @RequestMapping("/public")
        static class Open extends Failing {}

        @RequiresScopes("read:report")
        @RestController
        @RequestMapping("/organizations/{organizationId}")
        static class Guarded extends Failing {}
    }

    abstract static class Failing {

        @GetMapping("/throws")
        String fail() {
            throw new IllegalStateException("a fault of the application");
        }

        @GetMapping("/throws-late")
        Callable<String> failLate() {
            return this::fail;
        }

        @GetMapping("/sends/{status}")
        void send(@PathVariable int status, HttpServletResponse response) throws IOException {
            response.sendError(status);
        }

        @GetMapping("/says/{status}")
        String say(@PathVariable int status) {
            throw new ResponseStatusException(HttpStatus.valueOf(status));
        }

        @PostMapping("/json")
        String json(@RequestBody Map<String, Object> body) {
            return body.toString();
        }
    }

    /** As in the container of a WAR: Spring Boot itself forwards to the error page. */
    @Configuration(proxyBeanMethods = false)
    static class Deployed {

        @Bean
        FilterRegistrationBean<ErrorPageFilter> errorPageRegistration(ErrorPageFilter errorPageFilter) {
            FilterRegistrationBean<ErrorPageFilter> filter = new FilterRegistrationBean<>(errorPageFilter);
            filter.setOrder(errorPageFilter.getOrder());
            filter.setDispatcherTypes(DispatcherType.REQUEST, DispatcherType.ASYNC);
            return filter;
        }

        @Bean
        ErrorPageFilter errorPageFilter() {
            return new ErrorPageFilter();
        }
    }

    /** The form in Spring's guides, which does not consider the error page. */
    @Configuration(proxyBeanMethods = false)
    static class OwnChain {

        @Bean
        @Order(1)
        SecurityFilterChain own(HttpSecurity http) {
            return http.oauth2ResourceServer(resourceServer -> resourceServer.jwt(withDefaults()))
                    .csrf(AbstractHttpConfigurer::disable)
                    .authorizeHttpRequests(requests -> requests.requestMatchers("/public/**")
                            .permitAll()
                            .anyRequest()
                            .authenticated())
                    .build();
        }
    }

    /** The error page names no organization, so these scopes deny it. */
    @Configuration(proxyBeanMethods = false)
    static class ScopesForEverything {

        @Bean
        SecurityFilterChain scoped(HttpSecurity http, ScopeAuthorizationManagerFactory scopes) {
            return http.oauth2ResourceServer(resourceServer -> resourceServer.jwt(withDefaults()))
                    .csrf(AbstractHttpConfigurer::disable)
                    .sessionManagement(session -> session.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                    .authorizeHttpRequests(requests -> requests.requestMatchers("/public/**")
                            .permitAll()
                            .requestMatchers("/organizations/{organizationId}/**")
                            .access(scopes.hasScope("read:report"))
                            .anyRequest()
                            .access(scopes.hasScope("read:report")))
                    .build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class BrokenConverter {

        @Bean
        JwtAuthenticationConverter broken() {
            JwtAuthenticationConverter converter = new JwtAuthenticationConverter();
            converter.setJwtGrantedAuthoritiesConverter(jwt -> {
                throw new NullPointerException("a fault of the converter");
            });
            return converter;
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class BrokenResolver {

        @Bean
        BearerTokenResolver broken() {
            return request -> {
                throw new IllegalStateException("a fault of the resolver");
            };
        }
    }
}

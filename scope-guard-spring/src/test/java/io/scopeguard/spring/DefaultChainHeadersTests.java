package io.scopeguard.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.security.config.Customizer.withDefaults;

import io.scopeguard.spring.support.Reply;
import io.scopeguard.spring.support.RunningApi;
import io.scopeguard.spring.support.TenantServer;
import io.scopeguard.spring.support.TestToken;
import io.scopeguard.testing.MovableClock;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.ServletResponseWrapper;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.support.BeanDefinitionRegistryPostProcessor;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.Ordered;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.annotation.web.configurers.HeadersConfigurer;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Our chain adds the same headers as Spring Security's own to every kind of response. */
class DefaultChainHeadersTests {

    private static final MovableClock clock = MovableClock.atNoon();
    private static final TenantServer tenant = new TenantServer(clock);
    private static final String user = tenant.newUser();
    private static final String acme = TenantServer.newId("acme");

    private static RunningApi ours;
    private static RunningApi stock;

    @BeforeAll
    static void start() {
        // A load balancer reports that a request was sent over TLS.
        List<String> behindProxy = List.of("server.forward-headers-strategy", "native");
        ours = RunningApi.start(tenant, clock, behindProxy, Application.class);
        stock = RunningApi.start(tenant, clock, behindProxy, Application.class, StockChain.class);
        clock.advance(Duration.ofMinutes(1));
        tenant.join(acme, user, "read:report");
    }

    @AfterAll
    static void stop() {
        ours.close();
        stock.close();
        tenant.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/plain",
                "/long",
                "/flushed",
                "/cached",
                "/unchanged",
                "/error-sent",
                "/thrown",
                "/redirected",
                "/forwarded",
                "/late",
                "/late-thrown",
                "/late-cached",
                "/elsewhere",
                "/own",
                "/kept-back",
                "/absent",
                "/linked",
                "/no-such-page",
                "/error"
            })
    void getThenHeadersAreThoseOfSpringSecuritysOwnChain(String path) {
        TestToken token = tenant.organizationToken(acme, user, "read:report");
        Map<String, List<String>> expected = headers(stock.get(path, token));
        assertThat(headers(ours.get(path, token))).isEqualTo(expected).containsKey("x-content-type-options");
        TestToken demoted = tenant.organizationToken(acme, user, "read:report", "gone:report");
        assertThat(headers(ours.get(path, demoted, "X-Forwarded-Proto", "https", "Origin", "https://app.example.test")))
                .isEqualTo(headers(
                        stock.get(path, demoted, "X-Forwarded-Proto", "https", "Origin", "https://app.example.test")))
                .containsKeys("strict-transport-security", "access-control-expose-headers");
        assertThat(headers(ours.getAsStranger(path))).isEqualTo(headers(stock.getAsStranger(path)));
    }

    @Test
    void responseWhenNoFilterWrapsItThenKnownHeadersAreWrittenAsBytes() {
        TestToken token = tenant.organizationToken(acme, user, "read:report");
        assertThat(ours.get("/wrappers", token).body()).contains("ConstantHeadersResponse");
        assertThat(stock.get("/wrappers", token).body()).doesNotContain("ConstantHeadersResponse");
    }

    @Test
    void chainWhenTheApplicationAddsFiltersThenTheyApply() {
        TestToken token = tenant.organizationToken(acme, user, "read:report");
        assertThat(ours.get("/plain", token).header("Content-Security-Policy")).isEqualTo("default-src 'none'");
    }

    private static Map<String, List<String>> headers(Reply reply) {
        Map<String, List<String>> headers = new TreeMap<>(reply.headers().map());
        headers.remove("date");
        headers.put("status", List.of(Integer.toString(reply.status())));
        headers.replaceAll((name, values) -> values.stream()
                .map(value -> value.replace(reply.origin(), "{api}")
                        .replaceAll("token=\"[^\"]*\"", "token")
                        .replaceAll("JSESSIONID=\\w+", "session")
                        .replaceAll("localhost:\\d+", "{api}"))
                .toList());
        return headers;
    }

    @Configuration(proxyBeanMethods = false)
    static class StockChain {

        /** Without it, all headers are written as text. */
        @Bean
        static BeanDefinitionRegistryPostProcessor notesRemover() {
            return registry -> registry.removeBeanDefinition("scopeGuardRequestNotes");
        }

        @Bean
        SecurityFilterChain stock(HttpSecurity http) {
            return http.authorizeHttpRequests(
                            requests -> requests.dispatcherTypeMatchers(DispatcherType.ERROR, DispatcherType.FORWARD)
                                    .permitAll()
                                    .anyRequest()
                                    .authenticated())
                    .oauth2ResourceServer(resourceServer -> resourceServer.jwt(withDefaults()))
                    .cors(withDefaults())
                    .csrf(AbstractHttpConfigurer::disable)
                    .requestCache(AbstractHttpConfigurer::disable)
                    .build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(Handlers.class)
    static class Application {

        /** Keeps a header back until the end of the response. */
        @Bean
        FilterRegistrationBean<Filter> keptBack() {
            FilterRegistrationBean<Filter> registration = new FilterRegistrationBean<>((request, response, chain) ->
                    chain.doFilter(request, new HttpServletResponseWrapper((HttpServletResponse) response) {
                        @Override
                        public boolean containsHeader(String name) {
                            return name.equals("Cache-Control") || super.containsHeader(name);
                        }
                    }));
            registration.addUrlPatterns("/kept-back");
            registration.setOrder(Ordered.HIGHEST_PRECEDENCE);
            return registration;
        }

        @Bean
        Customizer<HeadersConfigurer<HttpSecurity>> policy() {
            return headers -> headers.contentSecurityPolicy(policy -> policy.policyDirectives("default-src 'none'"));
        }
    }

    @RestController
    static class Handlers {

        @GetMapping("/plain")
        String plain() {
            return "plain";
        }

        /** More than fits into the buffer. */
        @GetMapping("/long")
        String longText() {
            return "long".repeat(20_000);
        }

        @GetMapping("/flushed")
        void flushed(HttpServletResponse response) throws IOException {
            response.getWriter().print("first");
            response.flushBuffer();
            response.setHeader("Too-Late", "true");
            response.getWriter().print("second");
        }

        @GetMapping("/cached")
        ResponseEntity<String> cached() {
            return ResponseEntity.ok()
                    .cacheControl(CacheControl.maxAge(Duration.ofMinutes(1)))
                    .body("cached");
        }

        @GetMapping("/unchanged")
        ResponseEntity<Void> unchanged() {
            return ResponseEntity.status(HttpStatus.NOT_MODIFIED).eTag("1").build();
        }

        @GetMapping("/error-sent")
        void errorSent(HttpServletResponse response) throws IOException {
            response.sendError(HttpStatus.CONFLICT.value());
        }

        @GetMapping("/thrown")
        String thrown() {
            throw new IllegalStateException("a fault of the application");
        }

        @GetMapping("/redirected")
        void redirected(HttpServletResponse response) throws IOException {
            response.sendRedirect("/plain");
        }

        @GetMapping("/forwarded")
        void forwarded(HttpServletRequest request, HttpServletResponse response) throws ServletException, IOException {
            request.getRequestDispatcher("/plain").forward(request, response);
        }

        @GetMapping("/late")
        Callable<String> late() {
            return () -> "late";
        }

        @GetMapping("/late-thrown")
        Callable<String> lateThrown() {
            return () -> {
                throw new IllegalStateException("a fault of the application");
            };
        }

        @GetMapping("/late-cached")
        Callable<ResponseEntity<String>> lateCached() {
            return this::cached;
        }

        /** A decision after the end of the chain is written as well. */
        @PublicEndpoint
        @GetMapping("/elsewhere")
        void elsewhere(HttpServletRequest request) {
            request.startAsync().dispatch("/plain");
        }

        @GetMapping("/own")
        ResponseEntity<String> own() {
            return ResponseEntity.ok().header("X-Frame-Options", "SAMEORIGIN").body("own");
        }

        @GetMapping("/kept-back")
        String keptBack() {
            return "kept back";
        }

        /** The classes of the response and of all that it wraps. */
        @GetMapping("/wrappers")
        String wrappers(HttpServletResponse response) {
            List<String> classes = new ArrayList<>();
            ServletResponse next = response;
            while (next instanceof ServletResponseWrapper wrapper) {
                classes.add(wrapper.getClass().getSimpleName());
                next = wrapper.getResponse();
            }
            return classes.toString();
        }

        /** Tomcat would add the id of the new session to the address, since the client may not accept cookies. */
        @GetMapping("/linked")
        void linked(HttpServletRequest request, HttpServletResponse response) {
            request.getSession();
            response.setHeader("Next", response.encodeURL("/plain"));
            response.setHeader("Redirected", response.encodeRedirectURL("/plain"));
        }

        @GetMapping("/absent")
        ResponseEntity<Void> absent() {
            return ResponseEntity.notFound().build();
        }
    }
}

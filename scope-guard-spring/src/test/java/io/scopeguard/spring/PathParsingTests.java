package io.scopeguard.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.spring.support.Reply;
import io.scopeguard.spring.support.RunningApi;
import io.scopeguard.spring.support.TenantServer;
import io.scopeguard.testing.MovableClock;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configuration.WebSecurityCustomizer;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.filter.ServletRequestPathFilter;
import org.springframework.web.util.ServletRequestPathUtils;

/** With the default chain, paths are parsed by Spring MVC alone. All others find them parsed, or parse them, as before. */
class PathParsingTests {

    private static final String PARSED = "Parsed-In-Chain";

    private final MovableClock clock = MovableClock.atNoon();
    private final TenantServer tenant = new TenantServer(clock);
    private final String acme = TenantServer.newId("acme");
    private final String user = tenant.newUser();

    @BeforeEach
    void join() {
        clock.advance(Duration.ofMinutes(1));
        tenant.join(acme, user, "read:report");
    }

    @AfterEach
    void close() {
        tenant.close();
    }

    @Test
    void requestWhenTheChainIsTheDefaultThenNotParsedInIt() {
        assertThat(parsed(Application.class)).isEqualTo("false");
    }

    @Test
    void requestWhenTheApplicationHasItsOwnChainThenParsed() {
        assertThat(parsed(Application.class, OwnChain.class)).isEqualTo("true");
    }

    @Test
    void requestWhenTheApplicationHasItsOwnParsingFilterThenParsed() {
        assertThat(parsed(Application.class, OwnFilter.class)).isEqualTo("true");
    }

    @Test
    void requestWhenAMatcherIgnoresItsPathThenNotSecured() {
        try (RunningApi api = RunningApi.start(tenant, clock, List.of(), Application.class, Ignoring.class)) {
            assertThat(api.getAsStranger("/free").has("X-Content-Type-Options")).isFalse();
            assertThat(api.getAsStranger("/me").has("X-Content-Type-Options")).isTrue();
        }
    }

    private String parsed(Class<?>... sources) {
        try (RunningApi api = RunningApi.start(tenant, clock, List.of(), sources)) {
            Reply reply = api.get("/me", tenant.organizationToken(acme, user, "read:report"));
            assertThat(reply.status()).isEqualTo(200);
            return reply.header(PARSED);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        /** The last filter, after those of Spring Security. */
        @Bean
        FilterRegistrationBean<Filter> parsedReporter() {
            FilterRegistrationBean<Filter> last = new FilterRegistrationBean<>((request, response, chain) -> {
                ((HttpServletResponse) response)
                        .setHeader(PARSED, Boolean.toString(ServletRequestPathUtils.hasParsedRequestPath(request)));
                chain.doFilter(request, response);
            });
            last.setOrder(Ordered.LOWEST_PRECEDENCE);
            return last;
        }

        @RestController
        static class Handlers {

            @GetMapping("/me")
            String me() {
                return "me";
            }

            @GetMapping("/free")
            @PublicEndpoint
            String free() {
                return "free";
            }
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnChain {

        @Bean
        SecurityFilterChain ownChain(HttpSecurity http) {
            return http.authorizeHttpRequests(requests -> requests.requestMatchers("/me")
                            .authenticated()
                            .anyRequest()
                            .denyAll())
                    .oauth2ResourceServer(resourceServer -> resourceServer.jwt(jwt -> {}))
                    .build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnFilter {

        @Bean
        ServletRequestPathFilter pathFilter() {
            return new ServletRequestPathFilter();
        }

        @Bean
        FilterRegistrationBean<ServletRequestPathFilter> pathFilterRegistration(ServletRequestPathFilter pathFilter) {
            FilterRegistrationBean<ServletRequestPathFilter> registration = new FilterRegistrationBean<>(pathFilter);
            registration.setOrder(0);
            return registration;
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Ignoring {

        @Bean
        WebSecurityCustomizer ignoringFree() {
            return web -> web.ignoring().requestMatchers("/free");
        }
    }
}

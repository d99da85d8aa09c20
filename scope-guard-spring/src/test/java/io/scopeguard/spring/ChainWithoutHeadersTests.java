package io.scopeguard.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.spring.security.ScopeGuardHttpConfigurer;
import io.scopeguard.spring.support.Reply;
import io.scopeguard.spring.support.RunningApi;
import io.scopeguard.spring.support.TenantServer;
import io.scopeguard.testing.MovableClock;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** The default chain of an application that wants neither Spring Security's headers nor the guard's. */
class ChainWithoutHeadersTests {

    private final MovableClock clock = MovableClock.atNoon();
    private final TenantServer tenant = new TenantServer(clock);
    private final String acme = TenantServer.newId("acme");
    private final String user = tenant.newUser();

    @AfterEach
    void close() {
        tenant.close();
    }

    @Test
    void callableWhenHeadersAreDisabledThenItKnowsTheUser() {
        assertThat(get("/late").body()).isEqualTo(user);
    }

    @Test
    void addressWhenHeadersAreDisabledThenWithoutTheIdOfASession() {
        Reply reply = get("/linked");
        assertThat(reply.has("X-Content-Type-Options")).isFalse();
        assertThat(reply.header("Next")).isEqualTo("/late");
    }

    private Reply get(String path) {
        clock.advance(Duration.ofMinutes(1));
        tenant.join(acme, user, "read:report");
        try (RunningApi api = RunningApi.start(tenant, clock, List.of(), Application.class)) {
            return api.get(path, tenant.organizationToken(acme, user, "read:report"));
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean
        Customizer<HttpSecurity> withoutHeaders() {
            return http -> http.with(new ScopeGuardHttpConfigurer(), AbstractHttpConfigurer::disable)
                    .headers(AbstractHttpConfigurer::disable);
        }

        @RestController
        static class Handlers {

            @GetMapping("/late")
            Callable<String> late() {
                return () ->
                        SecurityContextHolder.getContext().getAuthentication().getName();
            }

            @GetMapping("/linked")
            void linked(HttpServletRequest request, HttpServletResponse response) {
                request.getSession();
                response.setHeader("Next", response.encodeURL("/late"));
            }
        }
    }
}

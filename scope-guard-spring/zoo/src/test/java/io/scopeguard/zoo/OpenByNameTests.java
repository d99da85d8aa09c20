package io.scopeguard.zoo;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.spring.support.Reply;
import io.scopeguard.spring.support.RunningApi;
import io.scopeguard.spring.support.TenantServer;
import io.scopeguard.testing.MovableClock;
import jakarta.servlet.Servlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * {@code scope-guard.unannotated=deny} with actuator endpoints on the API's own port, and all that {@code scope-guard.open} opens.
 */
class OpenByNameTests {

    private static final MovableClock clock = MovableClock.atNoon();
    private static final TenantServer tenant = new TenantServer(clock);
    private static RunningApi closed;
    private static RunningApi open;
    private static String token;

    @BeforeAll
    static void start() {
        closed = start("");
        open = start("static,servlet:mule,actuator:info,actuator:health");
        String user = tenant.newUser();
        tenant.join("acme", user, "read:report");
        clock.advance(Duration.ofMinutes(1));
        token = tenant.organizationToken("acme", user, "read:report").signed();
    }

    private static RunningApi start(String names) {
        List<String> properties = new ArrayList<>(List.of(
                "scope-guard.unannotated", "deny",
                "management.endpoints.web.exposure.include", "*",
                "management.endpoint.health.show-details", "always",
                "management.endpoint.health.show-components", "always",
                "management.endpoint.health.group.all.include", "*"));
        if (!names.isEmpty()) {
            properties.addAll(List.of("scope-guard.open", names));
        }
        return RunningApi.start(tenant, clock, properties, Stable.class);
    }

    @AfterAll
    static void stop() {
        closed.close();
        open.close();
        tenant.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/actuator",
                "/actuator/info",
                "/actuator/env",
                "/actuator/env/user.dir",
                "/actuator/beans",
                "/actuator/metrics",
                "/actuator/heapdump",
                "/actuator/threaddump",
                "/actuator/mappings",
                "/file.txt",
                "/",
                "/index.html",
                "/servlet/x"
            })
    void requestWhenNothingIsOpenThenClosedToEveryToken(String path) {
        assertThat(closed.getAsStranger(path, "Accept", "text/html, */*").status())
                .isEqualTo(401);
        assertThat(closed.get(path, token, "Accept", "text/html, */*").status()).isEqualTo(403);
    }

    @Test
    void writeOperationWhenNothingIsOpenThenClosedToEveryToken() {
        String path = "/actuator/loggers/io.scopeguard";
        String[] json = {"Content-Type", "application/json"};
        String[] withToken = {"Content-Type", "application/json", "Authorization", "Bearer " + token};
        assertThat(closed.send("POST", path, "{}", json).status()).isEqualTo(401);
        assertThat(closed.send("POST", path, "{}", withToken).status()).isEqualTo(403);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/actuator/health", "/actuator/health/all", "/actuator/health/liveness"})
    void healthWhenNothingIsOpenThenShowsItsStatusOnly(String path) {
        for (Reply health : List.of(closed.getAsStranger(path), closed.get(path, token))) {
            assertThat(health.status()).isEqualTo(200);
            // The names of groups, which the application has chosen, say nothing about its health.
            assertThat(health.body().replaceFirst("\"groups\":\\[[^\\]]*],", ""))
                    .isEqualTo("{\"status\":\"UP\"}");
        }
        assertThat(closed.getAsStranger("/actuator/health/diskSpace").status()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/file.txt", "/", "/index.html", "/servlet/x", "/actuator/info"})
    void requestWhenOpenByNameThenNeedsNoToken(String path) {
        assertThat(open.getAsStranger(path, "Accept", "text/html, */*").status())
                .isEqualTo(200);
        assertThat(open.get(path, token, "Accept", "text/html, */*").status()).isEqualTo(200);
    }

    @Test
    void healthWhenOpenByNameThenShowsWhatSpringBootAllows() {
        assertThat(open.getAsStranger("/actuator/health").body()).contains("components", "diskSpace");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/actuator", "/actuator/env", "/actuator/beans", "/other-servlet/x"})
    void requestWhenAnotherNameIsOpenThenClosed(String path) {
        assertThat(open.getAsStranger(path).status()).isEqualTo(401);
        assertThat(open.get(path, token).status()).isEqualTo(403);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Stable {

        @Bean
        ServletRegistrationBean<Servlet> mule() {
            return servlet("mule", "/servlet/*");
        }

        @Bean
        ServletRegistrationBean<Servlet> other() {
            return servlet("other", "/other-servlet/*");
        }

        private static ServletRegistrationBean<Servlet> servlet(String name, String path) {
            ServletRegistrationBean<Servlet> registration = new ServletRegistrationBean<>(new Mule(), path);
            registration.setName(name);
            return registration;
        }
    }

    private static final class Mule extends HttpServlet {

        private static final long serialVersionUID = 1;

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
            response.getWriter().write("mule");
        }
    }
}

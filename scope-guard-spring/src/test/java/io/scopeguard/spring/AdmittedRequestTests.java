package io.scopeguard.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.spring.authorization.AuthenticatedOrPublicAuthorizationManager;
import io.scopeguard.spring.support.Reply;
import io.scopeguard.spring.support.RunningApi;
import io.scopeguard.spring.support.TenantServer;
import io.scopeguard.testing.MovableClock;
import jakarta.servlet.Filter;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.boot.webmvc.autoconfigure.DispatcherServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.WebApplicationContext;
import org.springframework.web.context.support.AnnotationConfigWebApplicationContext;
import org.springframework.web.filter.HiddenHttpMethodFilter;
import org.springframework.web.filter.UrlHandlerFilter;
import org.springframework.web.servlet.DispatcherServlet;
import org.springframework.web.servlet.config.annotation.EnableWebMvc;

/**
 * Requests that the filter chain admits without a token, and that then reach another handler than the one that they were admitted
 * for.
 */
class AdmittedRequestTests {

    /** Spring Security's decoder always uses the system's clock. */
    private static final MovableClock clock = new MovableClock(Instant.now());

    private static final TenantServer tenant = new TenantServer(clock);
    private static final Map<String, RunningApi> apis = new HashMap<>();

    @TempDir
    static Path files;

    private final String user = tenant.newUser();

    @BeforeAll
    static void start() throws IOException {
        Files.writeString(files.resolve("file.txt"), "file");
        apis.put("on", start(true));
        apis.put("off", start(false));
    }

    private static RunningApi start(boolean enabled, Class<?>... more) {
        List<Class<?>> sources = new ArrayList<>(List.of(Api.class));
        sources.addAll(List.of(more));
        List<String> settings = List.of(
                "scope-guard.enabled",
                String.valueOf(enabled),
                "scope-guard.open",
                "servlet:gateway",
                "spring.web.resources.static-locations",
                files.toUri().toString(),
                "logging.level.root",
                "error");
        return RunningApi.start(tenant, clock, settings, sources.toArray(Class<?>[]::new));
    }

    @AfterAll
    static void stop() {
        apis.values().forEach(RunningApi::close);
        tenant.close();
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /rewritten/reports",
        "GET, /rewritten/organizations/acme/reports",
        "GET, /rewritten/file.txt",
        "GET, /gateway/forward?to=/reports",
        "GET, /gateway/forward?to=/organizations/acme/reports",
        "GET, /gateway/forward?to=/jobs",
        "GET, /admin/info",
        "GET, /public/forward",
        "GET, /public/forward/annotated",
        "GET, /public/forward/file",
        "POST, /items?_method=DELETE",
        "POST, /guarded-items?_method=DELETE",
        "GET, /reports/",
        "GET, /organizations/acme/reports/"
    })
    void strangerWhoReachesAnotherHandlerThenUnauthorized(String method, String path) {
        apis.forEach((guard, api) -> {
            Reply reply = api.send(method, path, method.equals("POST") ? "" : null);
            assertThat(reply.status()).as("%s: %s", guard, reply.body()).isEqualTo(401);
            assertThat(reply.header("WWW-Authenticate")).as(guard).startsWith("Bearer");
        });
    }

    @Test
    void strangerWhoIncludesAnotherHandlerThenItAddsNothing() {
        apis.forEach((guard, api) -> {
            assertThat(api.getAsStranger("/gateway/include?of=/reports").body())
                    .as(guard)
                    .isEqualTo("[]");
            assertThat(api.getAsStranger("/gateway/include?of=/organizations/acme/reports")
                            .body())
                    .as(guard)
                    .isEqualTo("[]");
            // A template is part of the answer; this is none.
            assertThat(api.getAsStranger("/gateway/include?of=/WEB-INF/../jobs").body())
                    .as(guard)
                    .isEqualTo("[]");
            assertThat(api.getAsStranger("/gateway/include?of=/WEB-INF/%252e%252e/jobs")
                            .body())
                    .as(guard)
                    .isEqualTo("[]");
            assertThat(api.getAsStranger("/gateway/include?of=/gateway/forward%3Fto%3D/jobs")
                            .body())
                    .as(guard)
                    .doesNotContain("jobs");
            assertThat(api.getAsStranger("/gateway/include?of=/WEB-INF/template")
                            .body())
                    .as(guard)
                    .isEqualTo("[template]");
            assertThat(api.getAsStranger("/gateway/include?of=/public/page").body())
                    .as(guard)
                    .isEqualTo("[page]");
        });
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /rewritten/public/page, page",
        "GET, /gateway/forward?to=/public/page, page",
        "GET, /public/forward/public, page",
        "POST, /items, posted",
        "GET, /anything/, anything"
    })
    void strangerWhoReachesAnOpenHandlerThenServed(String method, String path, String body) {
        apis.forEach((guard, api) -> {
            Reply reply = api.send(method, path, method.equals("POST") ? "" : null);
            assertThat(reply.body()).as(guard).isEqualTo(body);
        });
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /rewritten/reports, reports",
        "GET, /rewritten/file.txt, file",
        "GET, /gateway/forward?to=/reports, reports",
        "GET, /gateway/include?of=/reports, [reports]",
        "GET, /public/forward, reports",
        "GET, /public/forward/file, file",
        "GET, /admin/info, info of admin",
        "GET, /gateway/include?of=/WEB-INF/../jobs, [jobs]",
        "POST, /items?_method=DELETE, deleted",
        "GET, /reports/, reports"
    })
    void validTokenThenServed(String method, String path, String body) {
        tenant.join("acme", user);
        String token = tenant.organizationToken("acme", user).signed();
        apis.forEach((guard, api) -> {
            Reply reply = api.send(method, path, method.equals("POST") ? "" : null, "Authorization", "Bearer " + token);
            assertThat(reply.body().strip()).as(guard).isEqualTo(body);
        });
    }

    /** The application's own rules, and its own authentication, decide as before. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void chainOfTheApplicationThenItsRulesDecide(boolean enabled) {
        try (RunningApi api = start(enabled, OwnChain.class)) {
            assertThat(api.getAsStranger("/reports").body()).isEqualTo("reports");
            assertThat(api.getAsStranger("/rewritten/reports").body()).isEqualTo("reports");
            assertThat(api.getAsStranger("/items-of-others").status()).isEqualTo(401);
            assertThat(api.getAsStranger("/rewritten/items-of-others").status()).isEqualTo(401);
            String[] basic = {"Authorization", "Basic dXNlcjpwYXNzd29yZA=="};
            assertThat(api.getAsStranger("/items-of-others", basic).body()).isEqualTo("of others");
            assertThat(api.getAsStranger("/rewritten/items-of-others", basic).body())
                    .isEqualTo("of others");
            assertThat(api.getAsStranger("/public/forward", basic).body()).isEqualTo("reports");
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Api {

        /** Before Spring Security. */
        @Bean
        FilterRegistrationBean<Filter> rewriting() {
            FilterRegistrationBean<Filter> filter = new FilterRegistrationBean<>((request, response, chain) -> {
                String path = ((HttpServletRequest) request).getRequestURI();
                request.getRequestDispatcher(path.substring("/rewritten".length()))
                        .forward(request, response);
            });
            filter.addUrlPatterns("/rewritten/*");
            filter.setOrder(Ordered.HIGHEST_PRECEDENCE);
            return filter;
        }

        /** Behind Spring Security. */
        @Bean
        HiddenHttpMethodFilter methodFilter() {
            return new HiddenHttpMethodFilter();
        }

        /** Behind Spring Security. */
        @Bean
        UrlHandlerFilter trailingSlashes() {
            return UrlHandlerFilter.trailingSlashHandler("/**").wrapRequest().build();
        }

        @Bean
        ServletRegistrationBean<HttpServlet> gateway() {
            ServletRegistrationBean<HttpServlet> gateway = new ServletRegistrationBean<>(new Gateway(), "/gateway/*");
            gateway.setName("gateway");
            return gateway;
        }

        @Bean
        ServletRegistrationBean<HttpServlet> jobs() {
            return new ServletRegistrationBean<>(writing("jobs"), "/jobs");
        }

        @Bean
        ServletRegistrationBean<HttpServlet> template() {
            return new ServletRegistrationBean<>(writing("template"), "/WEB-INF/template");
        }

        private static HttpServlet writing(String text) {
            return new HttpServlet() {
                @Override
                protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
                    response.getOutputStream().print(text);
                }
            };
        }

        /** A second servlet with a context of its own, whose paths look like those of the first. */
        @Bean(defaultCandidate = false)
        DispatcherServletRegistrationBean admin(WebApplicationContext parent) {
            AnnotationConfigWebApplicationContext own = new AnnotationConfigWebApplicationContext();
            own.setParent(parent);
            own.register(Admin.class);
            DispatcherServletRegistrationBean admin =
                    new DispatcherServletRegistrationBean(new DispatcherServlet(own), "/admin");
            admin.setName("admin");
            return admin;
        }

        static final class Gateway extends HttpServlet {

            @Override
            protected void doGet(HttpServletRequest request, HttpServletResponse response)
                    throws ServletException, IOException {
                String target = request.getParameter("to");
                if (target != null) {
                    request.getRequestDispatcher(target).forward(request, response);
                    return;
                }
                response.getOutputStream().print("[");
                request.getRequestDispatcher(request.getParameter("of")).include(request, response);
                response.getOutputStream().print("]");
            }
        }

        @RestController
        static class Handlers {

            @GetMapping("/reports")
            String reports() {
                return "reports";
            }

            @RequiresScopes("read:report")
            @GetMapping("/organizations/{organizationId}/reports")
            String reportsOfOrganization() {
                return "reports of organization";
            }

            @GetMapping("/items-of-others")
            String ofOthers() {
                return "of others";
            }

            @PublicEndpoint
            @PostMapping("/items")
            String post() {
                return "posted";
            }

            @DeleteMapping("/items")
            String delete() {
                return "deleted";
            }

            @PublicEndpoint
            @PostMapping("/guarded-items")
            String postGuarded() {
                return "posted";
            }

            @RequiresScopes(value = "delete:report", organizationFrom = OrganizationSource.TOKEN)
            @DeleteMapping("/guarded-items")
            String deleteGuarded() {
                return "deleted";
            }

            @PublicEndpoint
            @GetMapping("/info")
            String info() {
                return "info";
            }

            @PublicEndpoint
            @GetMapping("/public/page")
            String page() {
                return "page";
            }

            /** Matches the paths of the others with a slash at the end. */
            @PublicEndpoint
            @GetMapping({"/{any}/", "/organizations/acme/{any}/", "/{any:anything}"})
            String anything() {
                return "anything";
            }
        }

        @Controller
        static class Forwarding {

            @PublicEndpoint
            @GetMapping("/public/forward")
            String forward() {
                return "forward:/reports";
            }

            @PublicEndpoint
            @GetMapping("/public/forward/annotated")
            String forwardToAnnotated() {
                return "forward:/organizations/acme/reports";
            }

            @PublicEndpoint
            @GetMapping("/public/forward/file")
            String forwardToFile() {
                return "forward:/file.txt";
            }

            @PublicEndpoint
            @GetMapping("/public/forward/public")
            String forwardToPublic() {
                return "forward:/public/page";
            }
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableWebMvc
    static class Admin {

        @RestController
        static class Handlers {

            @GetMapping("/info")
            String info() {
                return "info of admin";
            }
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnChain {

        @Bean
        SecurityFilterChain own(HttpSecurity http, AuthenticatedOrPublicAuthorizationManager authenticatedOrPublic) {
            return http.httpBasic(Customizer.withDefaults())
                    .csrf(AbstractHttpConfigurer::disable)
                    .authorizeHttpRequests(requests -> requests.requestMatchers("/reports")
                            .permitAll()
                            .anyRequest()
                            .access(authenticatedOrPublic))
                    .build();
        }

        @Bean
        UserDetailsService users() {
            return new InMemoryUserDetailsManager(User.withUsername("user")
                    .password("{noop}password")
                    .roles("USER")
                    .build());
        }
    }
}

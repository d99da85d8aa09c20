package io.scopeguard.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.Decision;
import io.scopeguard.spring.support.RunningApi;
import io.scopeguard.spring.support.TenantServer;
import io.scopeguard.testing.MovableClock;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurationSupport;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerResponse;

/**
 * The guard reaches handlers in an application that configures Spring MVC itself, and decides each dispatch by the view of its own
 * handler.
 */
class HandlerReachTests {

    private static final MovableClock clock = MovableClock.atNoon();
    private static final TenantServer tenant = new TenantServer(clock);
    private static RunningApi api;

    private final String acme = TenantServer.newId("acme");
    private final String globex = TenantServer.newId("globex");
    private final String user = tenant.newUser();

    @BeforeAll
    static void start() {
        api = RunningApi.start(tenant, clock, List.of(), OwnMvc.class);
    }

    @AfterAll
    static void stop() {
        api.close();
        tenant.close();
    }

    @BeforeEach
    void older() {
        clock.advance(Duration.ofMinutes(1));
        tenant.join(acme, user, "read:report");
    }

    private String token() {
        return tenant.organizationToken(acme, user, "read:report").signed();
    }

    @Test
    void requestWhenApplicationExtendsWebMvcConfigurationSupportThenGuarded() {
        String base = "/organizations/";
        assertThat(api.getAsStranger(base + acme + "/reports").status()).isEqualTo(401);
        assertThat(api.get(base + globex + "/reports", token()).body()).contains("organization-mismatch");
        assertThat(api.get(base + acme + "/deletions", token()).body()).contains("insufficient-scope");
        assertThat(api.get(base + acme + "/reports", token()).body()).isEqualTo("reports GRANTED");
    }

    @Test
    void requestWhenDeniedThenApplicationsInterceptorsAreNotAsked() {
        int before = OwnMvc.asked.get();
        api.get("/organizations/" + acme + "/deletions", token());
        assertThat(OwnMvc.asked.get()).isEqualTo(before);
        api.get("/organizations/" + acme + "/reports", token());
        assertThat(OwnMvc.asked.get()).isEqualTo(before + 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"forward", "dispatch", "include"})
    void nestedDispatchIntoRouterFunctionThenJudgedByTheTargetsOrganization(String how) {
        String source = "/organizations/" + acme + "/" + how + "?to=/organizations/";
        assertThat(api.get(source + acme + "/routed", token()).body()).contains("routed " + acme);
        assertThat(api.get(source + globex + "/routed", token()).body()).doesNotContain("routed");
    }

    @ParameterizedTest
    @CsvSource({
        "forward,  /unannotated, 401, ''",
        "forward,  /static.txt, 404, ''",
        "forward,  /also-open, 200, also open",
        "include,  /unannotated, 200, ''",
        "dispatch, /unannotated, 401, ''",
        "dispatch, /also-open, 200, also open",
        "forward,  /servlet, 401, ''",
        "include,  /servlet, 200, ''",
        "dispatch, /servlet, 401, ''",
        "forward,  /WEB-INF/view, 200, servlet",
        "include,  /also-open, 200, also open"
    })
    void publicHandlerPassesOnThenTargetKeepsItsOwnRule(String how, String target, int status, String body) {
        var reply = api.getAsStranger("/open/" + how + "?to=" + target);
        assertThat(reply.status()).isEqualTo(status);
        if (status == 200) {
            assertThat(reply.body()).isEqualTo(body);
        }
        String withToken = api.get("/open/" + how + "?to=/unannotated", token()).body();
        assertThat(withToken).isEqualTo("unannotated");
    }

    @Test
    void requestThatOnlyLooksLikeAPreflightThenGuarded() {
        String[] headers = {"Origin", "https://app.example.test", "Access-Control-Request-Method", "GET"};
        assertThat(api.send("OPTIONS", "/organizations/" + acme + "/reports", null, headers)
                        .body())
                .doesNotContain("reports");
    }

    /** Configures Spring MVC itself, so that no configurer is called. */
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class OwnMvc extends WebMvcConfigurationSupport {

        static final AtomicInteger asked = new AtomicInteger();

        @Override
        protected void addInterceptors(InterceptorRegistry registry) {
            registry.addInterceptor(new HandlerInterceptor() {
                @Override
                public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
                    asked.incrementAndGet();
                    return true;
                }
            });
        }

        @Bean
        RouterFunction<ServerResponse> routed() {
            return RouterFunctions.route()
                    .GET(
                            "/organizations/{organizationId}/routed",
                            request -> ServerResponse.ok().body("routed " + request.pathVariable("organizationId")))
                    .build();
        }

        @Bean
        ServletRegistrationBean<HttpServlet> servlet() {
            HttpServlet servlet = new HttpServlet() {
                @Override
                protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
                    response.getWriter().write("servlet");
                }
            };
            return new ServletRegistrationBean<>(servlet, "/servlet", "/WEB-INF/view");
        }

        @RestController
        static class Handlers {

            @RequiresScopes("read:report")
            @GetMapping("/organizations/{organizationId}/reports")
            String reports(@Nullable Decision decision) {
                return "reports " + (decision != null && decision.isGranted() ? "GRANTED" : "DENIED");
            }

            @RequiresScopes("delete:report")
            @GetMapping("/organizations/{organizationId}/deletions")
            String deletions() {
                return "deletions";
            }

            @GetMapping("/unannotated")
            String unannotated() {
                return "unannotated";
            }

            @PublicEndpoint
            @GetMapping("/also-open")
            String alsoOpen() {
                return "also open";
            }

            @GetMapping("/organizations/{organizationId}/{how}")
            void ofMember(
                    @PathVariable String how,
                    @RequestParam String to,
                    HttpServletRequest request,
                    HttpServletResponse response)
                    throws ServletException, IOException {
                passOn(how, to, request, response);
            }

            @PublicEndpoint
            @GetMapping("/open/{how}")
            void open(
                    @PathVariable String how,
                    @RequestParam String to,
                    HttpServletRequest request,
                    HttpServletResponse response)
                    throws ServletException, IOException {
                passOn(how, to, request, response);
            }

            private static void passOn(String how, String to, HttpServletRequest request, HttpServletResponse response)
                    throws ServletException, IOException {
                switch (how) {
                    case "forward" -> request.getRequestDispatcher(to).forward(request, response);
                    case "include" -> request.getRequestDispatcher(to).include(request, response);
                    default -> {
                        AsyncContext async = request.startAsync();
                        async.dispatch(to);
                    }
                }
            }
        }
    }
}

package io.scopeguard.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.scopeguard.spring.support.QuickStart;
import io.scopeguard.spring.support.RunningApi;
import io.scopeguard.spring.support.TenantServer;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.testing.Sampled;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletRegistration;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.servlet.ServletContextInitializer;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.PriorityOrdered;
import org.springframework.core.annotation.Order;
import org.springframework.mock.web.MockServletContext;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.HttpRequestHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.WebApplicationContext;
import org.springframework.web.context.support.AnnotationConfigWebApplicationContext;
import org.springframework.web.servlet.DispatcherServlet;
import org.springframework.web.servlet.HandlerAdapter;
import org.springframework.web.servlet.HandlerExecutionChain;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.config.annotation.EnableWebMvc;

/** Start-up errors for handlers that the guard cannot reach or that could never be used. */
@ExtendWith(OutputCaptureExtension.class)
class GuardInstallationTests {

    private static final TenantServer tenant = new TenantServer(MovableClock.atNoon());

    private final WebApplicationContextRunner runner = new WebApplicationContextRunner()
            .withInitializer(new QuickStart())
            .withUserConfiguration(Plain.class)
            .withPropertyValues(tenant.properties().entrySet().stream()
                    .map(property -> property.getKey() + "=" + property.getValue())
                    .toArray(String[]::new));

    @AfterAll
    static void stop() {
        tenant.close();
    }

    @Sampled
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "AdapterBeforeTheGuard|is a HandlerAdapter that takes handlers before the guard|lower precedence",
                "ServletWithOneAdapter|serves handlers that the guard does not see|detect all handler adapters",
                "RegisteredServletWithOneAdapter|serves handlers that the guard does not see|detect all handler adapters",
                "ServletOutOfReach|has an application context of its own, in which there is no guard|the parent",
                "ServletBeanOutOfReach|has an application context of its own, in which there is no guard|the parent",
                "RestOfThePath|takes more than one segment of its path /o/{*organizationId}|{organizationId} for one segment",
                "RestOfThePathUnannotated|takes more than one segment of its path|another variable for the rest",
                "UrlWithoutOrganization|requires scopes of an organization, but its path /plain names none|Add {organizationId}"
            })
    void startWhenAHandlerIsOutOfReachThenFails(String application, String problem, String fix)
            throws ClassNotFoundException {
        Class<?> type = Class.forName(GuardInstallationTests.class.getName() + "$" + application);
        runner.withUserConfiguration(type).run(context -> {
            assertThat(context).hasFailed();
            InvalidSettingException invalid = invalid(context.getStartupFailure());
            assertThat(invalid).hasMessageContaining(problem);
            assertThat(invalid.fix()).contains(fix);
        });
    }

    @Test
    void startWhenAnOpenNameNamesNothingThenFails() {
        runner.withPropertyValues("scope-guard.open=static,files").run(context -> {
            assertThat(context).hasFailed();
            assertThat(invalid(context.getStartupFailure()))
                    .hasMessage("scope-guard.open contains 'files', which does not name anything that can be opened");
        });
    }

    @Test
    void startWhenADeclarationLooksWrongThenWarns(CapturedOutput output) {
        runner.withUserConfiguration(Doubtful.class)
                .withPropertyValues("scope-guard.organization.header=X-Org")
                .run(context -> assertThat(context).hasNotFailed());
        assertThat(output)
                .contains("is served at /orgs/{orgId}/reports: requests are not bound to the organization that {orgId}"
                        + " seems to name")
                .contains("is served at /tenants/{tenant}/reports")
                .doesNotContain("/partners/")
                .doesNotContain("/users/")
                .contains("matches {organizationId} in the path /numbers/{organizationId:no[!]such}");
    }

    @Test
    void startWhenAChainIsNoResourceServerThenItsHandlersAreNamed(CapturedOutput output) {
        runner.withUserConfiguration(Chains.class)
                .run(context -> assertThat(context).hasNotFailed());
        assertThat(output)
                .contains("Handlers whose filter chain authenticates no bearer tokens: ")
                .contains("GET /site/page (")
                .contains("GET /nowhere/{organizationId} (")
                .doesNotContain("GET /api/page (")
                .doesNotContain("GET /site/open (");
    }

    @Test
    void refreshWhenAChainIsNoResourceServerThenHandlersOfOtherServletsAreNamed(CapturedOutput output) {
        runner.withUserConfiguration(Chains.class, SecondServlet.class).run(context -> {
            context.getBean(SecondServlet.class).own.refresh();
            assertThat(output)
                    .contains("GET /site/second/page (")
                    .doesNotContain("GET /second/page (")
                    .doesNotContain("GET /api/page (");
        });
    }

    /** No bean reveals the servlet. */
    @Test
    void startWhenTheContainerHasAServletOutOfReachThenFails() {
        assertThatThrownBy(() -> RunningApi.start(
                        tenant, MovableClock.atNoon(), List.of("logging.level.root", "off"), Plain.class, Early.class))
                .satisfies(failure -> assertThat(invalid(failure))
                        .hasMessageContaining(
                                "The DispatcherServlet of 'foreign' has an application context of its own"));
    }

    /** It has no context before the first request. */
    @ParameterizedTest
    @CsvSource({"authenticated, 200", "deny, 403"})
    void requestWhenAServletIsOutOfReachThenTreatedLikeOtherServlets(String unannotated, int status) {
        MovableClock clock = MovableClock.atNoon();
        List<String> settings = List.of("scope-guard.unannotated", unannotated, "logging.level.root", "off");
        try (TenantServer own = new TenantServer(clock);
                RunningApi api = RunningApi.start(own, clock, settings, Plain.class, Late.class)) {
            own.join("acme", "alice");
            String token = own.organizationToken("acme", "alice").signed();
            assertThat(api.get("/foreign/page", token).status()).isEqualTo(status);
            assertThat(api.getAsStranger("/foreign/page").status()).isEqualTo(401);
        }
    }

    private static InvalidSettingException invalid(Throwable failure) {
        Throwable cause = failure;
        while (!(cause instanceof InvalidSettingException)) {
            cause = cause.getCause();
        }
        return (InvalidSettingException) cause;
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Plain {}

    static class AdapterBeforeTheGuard implements HandlerAdapter, PriorityOrdered {

        @Override
        public int getOrder() {
            return Ordered.HIGHEST_PRECEDENCE;
        }

        @Override
        public boolean supports(Object handler) {
            return false;
        }

        @Override
        public @Nullable ModelAndView handle(HttpServletRequest request, HttpServletResponse response, Object handler) {
            return null;
        }
    }

    static class HiddenMapping implements HandlerMapping {

        @Override
        public @Nullable HandlerExecutionChain getHandler(HttpServletRequest request) {
            return null;
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class ServletWithOneAdapter {

        @Bean
        HiddenMapping hidden() {
            return new HiddenMapping();
        }

        @Bean
        DispatcherServlet other() {
            DispatcherServlet servlet = new DispatcherServlet();
            servlet.setDetectAllHandlerAdapters(false);
            return servlet;
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class RegisteredServletWithOneAdapter {

        @Bean
        HiddenMapping hidden() {
            return new HiddenMapping();
        }

        @Bean
        ServletRegistrationBean<DispatcherServlet> other() {
            DispatcherServlet servlet = new DispatcherServlet();
            servlet.setDetectAllHandlerAdapters(false);
            return new ServletRegistrationBean<>(servlet, "/v2/*");
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Early {

        @Bean
        ServletContextInitializer foreign() {
            return container -> register(container).setLoadOnStartup(1);
        }

        static ServletRegistration.Dynamic register(ServletContext container) {
            AnnotationConfigWebApplicationContext foreign = new AnnotationConfigWebApplicationContext();
            foreign.register(Foreign.class);
            ServletRegistration.Dynamic registration = container.addServlet("foreign", new DispatcherServlet(foreign) {
                @Override
                protected WebApplicationContext initWebApplicationContext() {
                    foreign.setServletContext(getServletContext());
                    foreign.refresh();
                    return super.initWebApplicationContext();
                }
            });
            registration.addMapping("/foreign/*");
            return registration;
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Late {

        @Bean
        ServletContextInitializer foreign() {
            return container -> Early.register(container);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableWebMvc
    static class Foreign {

        @RestController
        static class Handlers {

            @GetMapping("/page")
            String page() {
                return "page";
            }
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class ServletOutOfReach {

        @Bean
        ServletRegistrationBean<DispatcherServlet> other() {
            AnnotationConfigWebApplicationContext own = new AnnotationConfigWebApplicationContext();
            own.setServletContext(new MockServletContext());
            own.refresh();
            return new ServletRegistrationBean<>(new DispatcherServlet(own), "/other/*");
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class ServletBeanOutOfReach {

        @Bean
        DispatcherServlet other() {
            AnnotationConfigWebApplicationContext own = new AnnotationConfigWebApplicationContext();
            own.setServletContext(new MockServletContext());
            own.refresh();
            return new DispatcherServlet(own);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class SecondServlet {

        final AnnotationConfigWebApplicationContext own = new AnnotationConfigWebApplicationContext();

        @Bean
        ServletRegistrationBean<DispatcherServlet> second(WebApplicationContext parent) {
            own.setParent(parent);
            own.setServletContext(new MockServletContext());
            own.register(Second.class);
            return new ServletRegistrationBean<>(new DispatcherServlet(own), "/site/*");
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableWebMvc
    static class Second {

        @RestController
        static class Handlers {

            @GetMapping("/second/page")
            void page() {}
        }
    }

    @RestController
    static class RestOfThePath {

        @RequiresScopes("read:report")
        @GetMapping("/o/{*organizationId}")
        void handle() {}
    }

    @RestController
    static class RestOfThePathUnannotated {

        @GetMapping("/o/{*organizationId}")
        void handle() {}
    }

    @Configuration(proxyBeanMethods = false)
    static class UrlWithoutOrganization {

        @RequiresScopes("read:report")
        static class Handler implements HttpRequestHandler {

            @Override
            public void handleRequest(HttpServletRequest request, HttpServletResponse response) {}
        }

        @Bean("/plain")
        Handler plain() {
            return new Handler();
        }
    }

    @RestController
    static class Doubtful {

        @RequiresScopes(value = "read:document", audience = TenantServer.RESOURCE)
        @GetMapping("/orgs/{orgId}/reports")
        void otherName() {}

        @GetMapping("/tenants/{tenant}/reports")
        void unannotated() {}

        @RequiresScopes("read:report")
        @GetMapping("/organizations/{organizationId}/partners/{orgId}")
        void another() {}

        @GetMapping("/users/{userId}/{organ}")
        void user() {}

        @RequiresScopes("read:report")
        @GetMapping("/numbers/{organizationId:no[!]such}")
        void number() {}
    }

    @Configuration(proxyBeanMethods = false)
    static class Chains {

        @Bean
        @Order(1)
        SecurityFilterChain api(HttpSecurity http) {
            return http.securityMatcher("/api/**")
                    .oauth2ResourceServer(resourceServer -> resourceServer.jwt(Customizer.withDefaults()))
                    .authorizeHttpRequests(requests -> requests.anyRequest().authenticated())
                    .build();
        }

        @Bean
        @Order(2)
        SecurityFilterChain site(HttpSecurity http) {
            return http.securityMatcher("/site/**")
                    .authorizeHttpRequests(requests -> requests.anyRequest().permitAll())
                    .build();
        }

        @RestController
        static class Handlers {

            @GetMapping({"/api/page", "/site/page"})
            void page() {}

            @RequiresScopes("read:report")
            @GetMapping("/nowhere/{organizationId}")
            void nowhere() {}

            @PublicEndpoint
            @GetMapping("/site/open")
            void open() {}
        }
    }
}

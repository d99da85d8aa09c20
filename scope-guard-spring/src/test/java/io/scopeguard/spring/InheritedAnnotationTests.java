package io.scopeguard.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.scopeguard.spring.support.QuickStart;
import io.scopeguard.spring.support.RunningApi;
import io.scopeguard.spring.support.TenantServer;
import io.scopeguard.testing.MovableClock;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.data.annotation.Id;
import org.springframework.data.map.repository.config.EnableMapRepositories;
import org.springframework.data.repository.CrudRepository;
import org.springframework.data.repository.NoRepositoryBean;
import org.springframework.security.authentication.AuthenticationCredentialsNotFoundException;
import org.springframework.stereotype.Component;
import org.springframework.stereotype.Service;
import org.springframework.web.HttpRequestHandler;
import org.springframework.web.servlet.function.HandlerFunction;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerRequest;
import org.springframework.web.servlet.function.ServerResponse;
import org.springframework.web.servlet.mvc.Controller;

/** Annotations apply to methods that a bean inherits, from interfaces at any distance and through any of their declarations. */
class InheritedAnnotationTests {

    private static final MovableClock clock = MovableClock.atNoon();
    private static final TenantServer tenant = new TenantServer(clock);

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

    private static void assertDenied(ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(AuthenticationCredentialsNotFoundException.class);
    }

    // Spring Data's repositories, which are proxies of interfaces

    @Test
    void callWhenRepositoryIsAnnotatedThenInheritedMethodsAreDenied() {
        runner.withUserConfiguration(Repositories.class).run(context -> {
            AuditedReports reports = context.getBean(AuditedReports.class);
            assertDenied(reports::findAll);
            assertDenied(reports::count);
            assertDenied(reports::deleteAll);
            assertDenied(() -> reports.findById(1L));
            assertDenied(() -> reports.save(new Report(1L, "first")));
            assertDenied(() -> ((CrudRepository<Report, Long>) reports).findById(1L));
            assertThat(reports.toString()).isNotEmpty();
        });
    }

    @Test
    void callWhenBaseRepositoryDeclaresAnnotatedMethodThenDenied() {
        runner.withUserConfiguration(Repositories.class).run(context -> {
            DerivedReports reports = context.getBean(DerivedReports.class);
            assertDenied(() -> reports.findByTitle("first"));
            assertThat(reports.count()).isZero();
        });
    }

    @Test
    void callWhenRepositoryOverridesGenericMethodThenDeniedByEachDeclaration() {
        runner.withUserConfiguration(Repositories.class).run(context -> {
            OverridingReports reports = context.getBean(OverridingReports.class);
            assertDenied(() -> reports.findById(1L));
            CrudRepository<Report, Long> general = reports;
            assertDenied(() -> general.findById(1L));
            assertThat(general.count()).isZero();
        });
    }

    // Other proxies and lambdas

    /** No class file contains a bridge from the general method to the annotated one. */
    @Test
    void callWhenProxyInheritsMethodTwiceThenDeniedByEachDeclaration() {
        runner.withUserConfiguration(Proxies.class).run(context -> {
            TypedAction action = context.getBean(TypedAction.class);
            assertDenied(() -> action.act("report"));
            Action<String> general = context.getBean(BothActions.class);
            assertDenied(() -> general.act("report"));
            general.rest();
        });
    }

    @Test
    void callWhenLambdaOverridesGenericMethodThenDeniedByEachDeclaration() {
        runner.withUserConfiguration(Proxies.class).run(context -> {
            Title title = context.getBean(Title.class);
            assertDenied(() -> title.apply(new Report(1L, "first")));
            Function<Report, String> general = title;
            assertDenied(() -> general.apply(new Report(1L, "first")));
        });
    }

    // Classes

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void callWhenInterfaceOfInterfaceHasDefaultMethodThenDenied(boolean proxyTargetClass) {
        runner.withUserConfiguration(OfDefaultMethod.class, OfClass.class)
                .withPropertyValues("spring.aop.proxy-target-class=" + proxyTargetClass)
                .run(context -> {
                    assertDenied(context.getBean(Wiper.class)::wipe);
                    context.getBean(Wiper.class).rest();
                    assertDenied(context.getBean(Eraser.class)::erase);
                });
    }

    @Test
    void callWhenInterfaceExtendsCallbackThenItsOwnMethodsAreDenied() {
        runner.withUserConfiguration(CardPayment.class, Worker.class).run(context -> {
            Strategy payment = context.getBean(Strategy.class);
            assertDenied(() -> payment.pay("acme"));
            assertThat(payment.getOrder()).isEqualTo(7);
            Job worker = context.getBean(Job.class);
            assertDenied(worker::work);
            assertThat(worker.isRunning()).isTrue();
        });
    }

    // Web handlers

    @Test
    void getWhenInterfaceExtendsHandlerThenTheWebGuardDecides() {
        String acme = TenantServer.newId("acme");
        String user = tenant.newUser();
        tenant.join(acme, user, "read:report");
        clock.advance(Duration.ofSeconds(1));
        String token = tenant.organizationToken(acme, user, "read:report").signed();
        String poor = tenant.organizationToken(acme, user).signed();
        try (RunningApi api = RunningApi.start(tenant, clock, List.of(), Plain.class, Handlers.class)) {
            for (String path : List.of("/organizations/" + acme + "/routed", "/legacy")) {
                assertThat(api.get(path, token).body()).as(path).isEqualTo("reports");
                assertThat(api.get(path, poor).status()).as(path).isEqualTo(403);
                assertThat(api.getAsStranger(path).status()).as(path).isEqualTo(401);
            }
            assertThat(api.getAsStranger("/open").status()).isEqualTo(204);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Plain {}

    record Report(@Id Long id, String title) {}

    @Configuration(proxyBeanMethods = false)
    @EnableMapRepositories(considerNestedRepositories = true)
    static class Repositories {}

    @RequiresRole("auditor")
    interface AuditedReports extends CrudRepository<Report, Long> {}

    @NoRepositoryBean
    interface Titled<T> extends CrudRepository<T, Long> {

        @RequiresRole("auditor")
        List<T> findByTitle(String title);
    }

    interface DerivedReports extends Titled<Report> {}

    interface OverridingReports extends CrudRepository<Report, Long> {

        @Override
        @RequiresRole("auditor")
        Optional<Report> findById(Long id);
    }

    interface Action<T> {

        void act(T target);

        void rest();
    }

    interface TypedAction {

        @RequiresRole("auditor")
        void act(String target);
    }

    interface BothActions extends Action<String>, TypedAction {}

    interface Title extends Function<Report, String> {

        @Override
        @RequiresRole("auditor")
        String apply(Report report);
    }

    @Configuration(proxyBeanMethods = false)
    static class Proxies {

        @Bean
        BothActions both() {
            return (BothActions) Proxy.newProxyInstance(
                    getClass().getClassLoader(),
                    new Class<?>[] {BothActions.class},
                    (proxy, method, arguments) -> null);
        }

        @Bean
        Title title() {
            return Report::title;
        }
    }

    interface Wiper {

        @RequiresRole("auditor")
        default void wipe() {}

        default void rest() {}
    }

    interface SpecialWiper extends Wiper {}

    @Service
    static class OfDefaultMethod implements SpecialWiper {}

    interface Eraser {

        default void erase() {}
    }

    interface SpecialEraser extends Eraser {}

    @Service
    @RequiresRole("auditor")
    static class OfClass implements SpecialEraser {}

    interface Strategy extends Ordered {

        void pay(String organizationId);
    }

    @Service
    @RequiresRole("paid-tier")
    static class CardPayment implements Strategy {

        @Override
        public void pay(String organizationId) {}

        @Override
        public int getOrder() {
            return 7;
        }
    }

    interface Job extends SmartLifecycle {

        void work();
    }

    @Service
    @RequiresRole("paid-tier")
    static class Worker implements Job {

        private boolean running;

        @Override
        public void work() {}

        @Override
        public void start() {
            running = true;
        }

        @Override
        public void stop() {
            running = false;
        }

        @Override
        public boolean isRunning() {
            return running;
        }
    }

    interface ReportFunction extends HandlerFunction<ServerResponse> {}

    interface LegacyHandler extends HttpRequestHandler {}

    interface LegacyController extends Controller {}

    @Configuration(proxyBeanMethods = false)
    static class Handlers {

        @Bean
        RouterFunction<ServerResponse> routes(Routed routed) {
            return RouterFunctions.route()
                    .GET("/organizations/{organizationId}/routed", routed)
                    .build();
        }

        @Component
        static class Routed implements ReportFunction {

            @Override
            @RequiresScopes("read:report")
            public ServerResponse handle(ServerRequest request) {
                return ServerResponse.ok().body("reports");
            }
        }

        @Component("/legacy")
        static class Legacy implements LegacyHandler {

            @Override
            @RequiresScopes(value = "read:report", organizationFrom = OrganizationSource.TOKEN)
            public void handleRequest(HttpServletRequest request, HttpServletResponse response) throws IOException {
                response.getWriter().write("reports");
            }
        }

        @Bean("/open")
        LegacyController open() {
            return new Open();
        }

        static class Open implements LegacyController {

            @Override
            @PublicEndpoint
            public org.springframework.web.servlet.ModelAndView handleRequest(
                    HttpServletRequest request, HttpServletResponse response) {
                response.setStatus(HttpServletResponse.SC_NO_CONTENT);
                return null;
            }
        }
    }
}

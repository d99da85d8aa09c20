package io.scopeguard.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Service;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.DispatcherServlet;

/** If the guard cannot work, the application does not run silently without it. */
@ExtendWith(OutputCaptureExtension.class)
class UnguardedApplicationTests {

    private final ApplicationContextRunner withoutWeb =
            new ApplicationContextRunner().withUserConfiguration(Plain.class);

    @Test
    void startWhenReactiveThenFails() {
        new ReactiveWebApplicationContextRunner()
                .withUserConfiguration(Plain.class)
                .run(context -> assertThat(invalid(context.getStartupFailure()))
                        .hasMessageContaining("this application is reactive (Spring WebFlux)")
                        .satisfies(invalid -> assertThat(invalid.fix()).contains("web-application-type=servlet")));
    }

    /** WebFlux is there, Spring MVC is not. */
    @Test
    void startWhenReactiveWithoutSpringMvcThenFails() {
        new ReactiveWebApplicationContextRunner()
                .withUserConfiguration(Plain.class)
                .withClassLoader(new FilteredClassLoader(DispatcherServlet.class))
                .run(context -> assertThat(invalid(context.getStartupFailure()))
                        .hasMessageContaining("this application is reactive (Spring WebFlux)"));
    }

    @Test
    void startWhenReactiveAndSwitchedOffThenWarns(CapturedOutput output) {
        new ReactiveWebApplicationContextRunner()
                .withUserConfiguration(Plain.class)
                .withPropertyValues("scope-guard.enabled=false")
                .run(context -> {
                    if (context.getStartupFailure() != null) {
                        assertThat(context.getStartupFailure()).hasStackTraceContaining("ReactiveWebServerFactory");
                    }
                });
        assertThat(output).contains("switched off by scope-guard.enabled=false. Any valid token");
    }

    @Test
    void startWhenSwitchedOffThenWarns(CapturedOutput output) {
        new WebApplicationContextRunner()
                .withUserConfiguration(Plain.class, Billing.class)
                .withPropertyValues(
                        "scope-guard.enabled=false",
                        "spring.security.oauth2.resourceserver.jwt.jwk-set-uri=https://id.example.test/jwks")
                .run(context -> assertThat(context).hasNotFailed());
        assertThat(output).contains("switched off by scope-guard.enabled=false. Any valid token");
    }

    @Test
    void startWhenNoWebApplicationAndNothingAnnotatedThenStarts() {
        withoutWeb.run(context -> assertThat(context).hasNotFailed());
        withoutWeb
                .withUserConfiguration(Handlers.class)
                .run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void startWhenNoWebApplicationHasAnnotatedServiceThenFails() {
        withoutWeb
                .withUserConfiguration(Billing.class)
                .run(context -> assertThat(invalid(context.getStartupFailure()))
                        .hasMessageContaining("UnguardedApplicationTests$Billing (bean ")
                        .hasMessageContaining("not a servlet web application"));
        withoutWeb
                .withUserConfiguration(LazyBilling.class)
                .run(context ->
                        assertThat(invalid(context.getStartupFailure())).hasMessageContaining("LazyBilling (bean "));
    }

    @Test
    void createWhenNoWebApplicationAndTypeIsHiddenThenFails() {
        withoutWeb.withUserConfiguration(Hidden.class).run(context -> {
            assertThat(context).hasNotFailed();
            assertThatThrownBy(() -> context.getBean("hidden"))
                    .satisfies(failure -> assertThat(invalid(failure)).hasMessageContaining("Billing (bean 'hidden')"));
        });
    }

    private static InvalidSettingException invalid(Throwable failure) {
        assertThat(failure).isNotNull();
        Throwable cause = failure;
        while (!(cause instanceof InvalidSettingException)) {
            assertThat(cause.getCause()).as("cause of %s", cause).isNotNull();
            cause = cause.getCause();
        }
        return (InvalidSettingException) cause;
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Plain {}

    @Service
    static class Billing {

        @RequiresScopes(value = "delete:report", organizationFrom = OrganizationSource.TOKEN)
        void wipe() {}
    }

    @Service
    @Lazy
    static class LazyBilling extends Billing {}

    @Configuration(proxyBeanMethods = false)
    static class Hidden {

        @Bean
        @Lazy
        Object hidden() {
            return new Billing();
        }
    }

    @RestController
    static class Handlers {

        @RequiresScopes("read:report")
        @GetMapping("/organizations/{organizationId}/reports")
        void list() {}
    }
}

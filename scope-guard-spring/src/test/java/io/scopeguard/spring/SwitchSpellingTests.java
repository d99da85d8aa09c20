package io.scopeguard.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.spring.authorization.ScopeGuardInterceptor;
import io.scopeguard.spring.stream.SignalStreamController;
import io.scopeguard.spring.support.QuickStart;
import io.scopeguard.spring.support.RunningApi;
import io.scopeguard.spring.support.TenantServer;
import io.scopeguard.testing.MovableClock;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.assertj.AssertableWebApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ContextConsumer;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.MapPropertySource;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Properties that switch the guard or parts of it mean the same in each spelling that Spring accepts; others stop start-up. */
@ExtendWith(OutputCaptureExtension.class)
class SwitchSpellingTests {

    private static final String ENABLED = "scope-guard.enabled";

    /** Spring Security's decoder always uses the system's clock. */
    private static final MovableClock clock = new MovableClock(Instant.now());

    private static final TenantServer tenant = new TenantServer(clock);

    @AfterAll
    static void stop() {
        tenant.close();
    }

    /** Not by {@code withPropertyValues}, which removes blanks. */
    private static void start(
            String property, Object value, ContextConsumer<AssertableWebApplicationContext> assertions) {
        Map<String, Object> properties = tenant.properties();
        properties.put(property, value);
        new WebApplicationContextRunner()
                .withInitializer(new QuickStart())
                .withInitializer(context -> context.getEnvironment()
                        .getPropertySources()
                        .addFirst(new MapPropertySource("own", properties)))
                .withUserConfiguration(Api.class)
                .run(assertions);
    }

    @ParameterizedTest
    @ValueSource(strings = {"true", "TRUE", "true ", " true", "yes", "on", "1"})
    void startWhenTheGuardIsOnInAnySpellingThenItIsThere(String value, CapturedOutput output) {
        start(ENABLED, value, context -> assertThat(context).hasSingleBean(ScopeGuardInterceptor.class));
        assertThat(output).doesNotContain("switched off by");
    }

    @ParameterizedTest
    @ValueSource(strings = {"false", "FALSE", "false ", "no", "off", "0"})
    void startWhenTheGuardIsOffInAnySpellingThenWarns(String value, CapturedOutput output) {
        start(ENABLED, value, context -> {
            assertThat(context).hasNotFailed().doesNotHaveBean(ScopeGuardInterceptor.class);
            assertThat(context).hasSingleBean(JwtDecoder.class);
        });
        assertThat(output).contains("switched off by scope-guard.enabled=false. Any valid token");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "scope-guard.enabled               | \"\"",
                "scope-guard.enabled               | \"  \"",
                "scope-guard.enabled               | ture",
                "scope-guard.enabled               | 2",
                "scope-guard.shared.enabled        | ture",
                "scope-guard.shared.enabled        | \"\"",
                "scope-guard.signals.stream.enabled | ture",
                "scope-guard.signals.stream.enabled | \"\""
            })
    void startWhenASwitchHasAnotherValueThenFailsWithTheFix(String property, String value) {
        start(
                property,
                value,
                context -> assertThat(invalid(context.getStartupFailure()))
                        .hasMessage(property + " is '" + value + "', which is neither true nor false")
                        .satisfies(invalid -> assertThat(invalid.setting()).isEqualTo(property))
                        .satisfies(invalid -> assertThat(invalid.fix()).contains("true or false")));
    }

    /** Where nothing can be guarded, too. */
    @Test
    void startWhenNoWebApplicationHasAnotherValueThenFails() {
        new ApplicationContextRunner()
                .withUserConfiguration(Plain.class)
                .withPropertyValues("scope-guard.enabled=")
                .run(context -> assertThat(invalid(context.getStartupFailure()))
                        .hasMessage("scope-guard.enabled is '', which is neither true nor false"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"yes", "true "})
    void startWhenTheStreamIsOnInAnySpellingThenItIsThere(String value) {
        start(
                "scope-guard.signals.stream.enabled",
                value,
                context -> assertThat(context).hasSingleBean(SignalStreamController.class));
    }

    /** Handlers, and other servlets, of which the guard only knows while the policy closes them. */
    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {
                "true, deny",
                "true, \"deny \"",
                "true, DENY",
                "false, deny",
                "false, \"deny \"",
                "false, DENY",
            })
    void getWhenUnannotatedIsClosedInAnySpellingThenHandlersAndServletsAreClosed(String enabled, String value) {
        List<String> properties = List.of(ENABLED, enabled, "scope-guard.unannotated", value);
        try (RunningApi api = RunningApi.start(tenant, clock, properties, Api.class)) {
            String token = tenant.organizationToken("acme", "alice").signed();
            assertThat(api.get("/plain", token).status()).isEqualTo(403);
            assertThat(api.get("/jobs", token).status()).isEqualTo(403);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " "})
    void startWhenUnannotatedIsEmptyThenFailsWithTheFix(String value) {
        start(
                "scope-guard.unannotated",
                value,
                context -> assertThat(invalid(context.getStartupFailure()))
                        .hasMessage("scope-guard.unannotated is '" + value + "'")
                        .satisfies(invalid -> assertThat(invalid.fix()).contains("authenticated or deny")));
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

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Api {

        @Bean
        ServletRegistrationBean<HttpServlet> jobs() {
            HttpServlet servlet = new HttpServlet() {
                @Override
                protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
                    response.getWriter().write("servlet");
                }
            };
            return new ServletRegistrationBean<>(servlet, "/jobs");
        }

        @RestController
        static class Handlers {

            @GetMapping("/plain")
            String plain() {
                return "plain";
            }
        }
    }
}

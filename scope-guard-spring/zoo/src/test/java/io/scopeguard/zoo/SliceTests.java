package io.scopeguard.zoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.scopeguard.spring.InvalidSettingException;
import io.scopeguard.spring.RequiresScopes;
import org.junit.jupiter.api.Test;
import org.springframework.boot.webmvc.test.autoconfigure.WebMvcTest;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.ContextConfiguration;
import org.springframework.test.context.TestContextManager;
import org.springframework.util.ClassUtils;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** A slice of a test without the test kit: it has no provider, so it does not start, rather than run without the guard. */
class SliceTests {

    @Test
    void sliceWhenTheKitIsMissingThenDoesNotStart() {
        assertThat(ClassUtils.isPresent("io.scopeguard.spring.test.TestPermissions", null))
                .isFalse();

        assertThatThrownBy(() ->
                        new TestContextManager(Slice.class).getTestContext().getApplicationContext())
                .rootCause()
                .isInstanceOfSatisfying(InvalidSettingException.class, failure -> {
                    assertThat(failure).hasMessageContaining("No identity provider is configured");
                    assertThat(failure.fix()).contains("@WebMvcTest", "scope-guard-spring-test");
                });
    }

    @WebMvcTest(Reports.class)
    @ContextConfiguration(classes = Application.class)
    static class Slice {}

    @Configuration(proxyBeanMethods = false)
    @Import(Reports.class)
    static class Application {}

    @RestController
    static class Reports {

        @RequiresScopes("read:report")
        @GetMapping("/reports")
        String reports() {
            return "reports";
        }
    }
}

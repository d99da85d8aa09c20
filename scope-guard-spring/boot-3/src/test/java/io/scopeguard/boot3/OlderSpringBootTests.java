package io.scopeguard.boot3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.scopeguard.spring.InvalidSettingException;
import io.scopeguard.spring.RequiresScopes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootVersion;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** The starter on Spring Boot 3 stops start-up with the reason, before it can fail in another way. */
@ExtendWith(OutputCaptureExtension.class)
class OlderSpringBootTests {

    private static final String[] PROPERTIES = {
        "--server.port=0", "--scope-guard.logto.endpoint=https://tenant.example.test"
    };

    @Test
    void startWhenSpringBootIsOlderThenFailsAndSaysSo(CapturedOutput output) {
        String version = SpringBootVersion.getVersion();
        assertThat(version).startsWith("3.5.");
        assertThatThrownBy(() -> SpringApplication.run(Application.class, PROPERTIES))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("needs Spring Boot 4.1 or newer");
        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains("Scope Guard needs Spring Boot 4.1 or newer, but this application runs on Spring Boot "
                        + version + ", where nothing would enforce @RequiresScopes.")
                .contains("Upgrade Spring Boot, or remove the dependency on scope-guard-spring.");
    }

    @EnableAutoConfiguration
    @RestController
    static class Application {

        @RequiresScopes("read:report")
        @GetMapping("/organizations/{organizationId}/reports")
        String reports() {
            return "reports";
        }
    }
}

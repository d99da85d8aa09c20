package io.scopeguard.spring.support;

import io.scopeguard.spring.RequiresScopes;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** An application with one handler, which requires {@code read:report} in the organization of its path. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
public class ReportApi {

    @RestController
    static class Reports {

        @RequiresScopes("read:report")
        @GetMapping("/organizations/{organizationId}/reports")
        String reports() {
            return "ok";
        }
    }
}

package io.scopeguard.bench.soak;

import io.scopeguard.scope.WhenUnknown;
import io.scopeguard.spring.RequiresScopes;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** The application under load: one handler for each kind of token and policy. */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import(SoakApi.Handlers.class)
public class SoakApi {

    static final String RESOURCE = "https://api.example.test";

    static final String READ = "read:report";
    static final String WRITE = "write:report";
    static final String DOCUMENT = "edit:document";
    static final String AUDIT = "audit:document";

    @RestController
    static class Handlers {

        @RequiresScopes(READ)
        @GetMapping("/organizations/{organizationId}/read")
        String read() {
            return "ok";
        }

        @RequiresScopes(WRITE)
        @GetMapping("/organizations/{organizationId}/write")
        String write() {
            return "ok";
        }

        @RequiresScopes(value = WRITE, whenUnknown = WhenUnknown.DENY)
        @GetMapping("/organizations/{organizationId}/strict")
        String strict() {
            return "ok";
        }

        @RequiresScopes(value = DOCUMENT, audience = RESOURCE)
        @GetMapping("/organizations/{organizationId}/documents")
        String documents() {
            return "ok";
        }

        @RequiresScopes(value = DOCUMENT, audience = RESOURCE)
        @GetMapping("/library")
        String library() {
            return "ok";
        }

        @RequiresScopes(value = AUDIT, audience = RESOURCE)
        @GetMapping("/audit")
        String audit() {
            return "ok";
        }
    }
}

package io.scopeguard.bench.soak;

import io.scopeguard.scope.WhenUnknown;
import io.scopeguard.spring.RequiresScopes;
import java.io.IOException;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/** The application under load: one handler for each kind of token and policy, and handlers of streams. */
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

        @RequiresScopes(READ)
        @GetMapping("/organizations/{organizationId}/read/events")
        SseEmitter readEvents() throws IOException {
            return events();
        }

        @RequiresScopes(WRITE)
        @GetMapping("/organizations/{organizationId}/write/events")
        SseEmitter writeEvents() throws IOException {
            return events();
        }

        @RequiresScopes(value = DOCUMENT, audience = RESOURCE)
        @GetMapping("/organizations/{organizationId}/documents/events")
        SseEmitter documentEvents() throws IOException {
            return events();
        }

        @RequiresScopes(value = AUDIT, audience = RESOURCE)
        @GetMapping("/audit/events")
        SseEmitter auditEvents() throws IOException {
            return events();
        }

        private static SseEmitter events() throws IOException {
            SseEmitter emitter = new SseEmitter(0L);
            emitter.send(SseEmitter.event().data("hello"));
            return emitter;
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

package io.scopeguard.bench.streams;

import io.scopeguard.spring.RequiresScopes;
import java.io.IOException;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/** An API whose streams send one event and stay open. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
class StreamingApi {

    @RestController
    static class Handler {

        @RequiresScopes("read:report")
        @GetMapping("/organizations/{organizationId}/events")
        SseEmitter events() throws IOException {
            SseEmitter emitter = new SseEmitter(0L);
            emitter.send(SseEmitter.event().data("hello"));
            return emitter;
        }
    }
}

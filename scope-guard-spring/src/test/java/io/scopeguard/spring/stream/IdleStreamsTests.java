package io.scopeguard.spring.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.scopeguard.Decision;
import io.scopeguard.ScopeGuard;
import io.scopeguard.spring.RequiresScopes;
import io.scopeguard.spring.stream.OpenStreams.Kind;
import io.scopeguard.spring.support.Lines;
import io.scopeguard.spring.support.RunningApi;
import io.scopeguard.spring.support.StreamFixture;
import io.scopeguard.spring.support.TenantServer;
import io.scopeguard.spring.support.TestToken;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/** Without an open stream, neither a request nor a change of permissions does anything for streams. */
@Timeout(600)
class IdleStreamsTests {

    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final StreamFixture fixture = new StreamFixture();
    private final TenantServer tenant = fixture.tenant();
    private final String acme = TenantServer.newId("acme");
    private final String user = tenant.newUser();

    @AfterEach
    void close() {
        fixture.close();
    }

    /** The handler says what was done for its own response. */
    @Test
    void requestWhenNothingStreamsThenNeitherItNorAChangeIsFollowed() {
        RunningApi api = fixture.start(5, List.of(), Handlers.class);
        tenant.join(acme, user, "read:report");
        assertThat(api.get(path("plain"), token()).body()).isEqualTo("not gated, 0 watches, no attribute");
        tenant.join(acme, user, "write:report");

        await().atMost(PATIENCE).until(() -> {
            fixture.timePasses();
            return api.get(path("plain"), token()).status() == 403;
        });

        assertThat(fixture.streams().threads().haveRun()).isFalse();
    }

    /** One stream ends by a loss, and the handler ends another. */
    @Tag("thorough")
    @Test
    void streamWhenItWasTheLastThenNothingIsLeft() throws Exception {
        RunningApi api = fixture.start(5, List.of(), Handlers.class);
        String other = tenant.newUser();
        tenant.join(acme, user, "read:report");
        tenant.join(acme, other, "read:report");
        Lines lost = fixture.open(path("events"), token());
        Lines completed = fixture.open(path("events"), tenant.organizationToken(acme, other, "read:report"));
        lost.until("data:hello");
        completed.until("data:hello");
        assertThat(api.bean(ScopeGuard.class).openWatches()).isEqualTo(2);
        tenant.join(acme, user, "write:report");
        lost.until("event:scope-drift", fixture::timePasses);
        lost.untilEnd();

        Handlers.emitters.get(other).complete();
        completed.untilEnd();

        await().atMost(PATIENCE)
                .untilAsserted(() ->
                        assertThat(api.bean(ScopeGuard.class).openWatches()).isZero());
        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> assertThat(fixture.streams().count(Kind.HTTP)).isZero());
        assertThat(fixture.streams().threads().haveRun()).isTrue();
        await().atMost(PATIENCE).until(fixture.streams().threads()::areGone);
    }

    private String path(String name) {
        return "/organizations/" + acme + "/" + name;
    }

    private TestToken token() {
        return tenant.organizationToken(acme, user, "read:report");
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @RestController
    @RequiresScopes("read:report")
    static class Handlers {

        static final Map<String, SseEmitter> emitters = new ConcurrentHashMap<>();

        private final ScopeGuard guard;

        Handlers(ScopeGuard guard) {
            this.guard = guard;
        }

        @GetMapping("/organizations/{organizationId}/events")
        SseEmitter events(Decision decision) throws IOException {
            SseEmitter emitter = new SseEmitter(0L);
            emitters.put(decision.token().subject().id(), emitter);
            emitter.send(SseEmitter.event().data("hello"));
            return emitter;
        }

        @GetMapping("/organizations/{organizationId}/plain")
        String plain(HttpServletRequest request, HttpServletResponse response) {
            boolean hasAttribute = Collections.list(request.getAttributeNames()).stream()
                    .anyMatch(name -> name.startsWith(StreamGuard.class.getName()));
            return (response instanceof GatedResponse ? "gated, " : "not gated, ")
                    + guard.openWatches() + " watches, "
                    + (hasAttribute ? "an attribute" : "no attribute");
        }
    }
}

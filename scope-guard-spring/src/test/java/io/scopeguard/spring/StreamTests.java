package io.scopeguard.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.scopeguard.Decision;
import io.scopeguard.WatchEnd.Reason;
import io.scopeguard.spring.stream.OpenStreams;
import io.scopeguard.spring.stream.OpenStreams.Kind;
import io.scopeguard.spring.stream.StreamEndedEvent;
import io.scopeguard.spring.support.Lines;
import io.scopeguard.spring.support.RunningApi;
import io.scopeguard.spring.support.StreamFixture;
import io.scopeguard.spring.support.TenantServer;
import io.scopeguard.spring.support.TestToken;
import io.scopeguard.testing.MovableClock;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.context.request.async.WebAsyncTask;
import org.springframework.web.servlet.mvc.method.annotation.ResponseBodyEmitter;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** What was opened with a right ends with it, on a real port. */
@Timeout(600)
class StreamTests {

    private static final String IN_ORGANIZATION = "/organizations/{organizationId}";
    private static final int MAX_OPEN = 20;
    private static final int LINES_A_SECOND = 50;
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private static final StreamFixture fixture = new StreamFixture();
    private static final MovableClock clock = fixture.clock();
    private static final TenantServer tenant = fixture.tenant();
    private static final HttpClient client = HttpClient.newHttpClient();
    private static RunningApi api;

    private final String acme = TenantServer.newId("acme");
    private final String user = tenant.newUser();

    @BeforeAll
    static void start() {
        api = fixture.start(MAX_OPEN, List.of("spring.mvc.async.request-timeout", "30m"), Streaming.class);
    }

    @AfterAll
    static void stop() {
        fixture.close();
    }

    @AfterEach
    void nothingStaysOpen() {
        fixture.endAll();
        Streaming.ended.clear();
    }

    // Server-sent events

    @ParameterizedTest
    @ValueSource(strings = {"events", "entity", "flux"})
    void eventsWhenScopeIsRevokedThenTheLastEventNamesTheRemedy(String path) throws Exception {
        String other = tenant.newUser();
        tenant.join(acme, user, "read:report", "write:report");
        tenant.join(acme, other, "read:report");
        TestToken token = token("read:report");
        Lines lines = open(path, token);
        Lines others = open(path, tenant.organizationToken(acme, other, "read:report"));
        lines.until("data:hello");
        others.until("data:hello");
        tenant.join(acme, user, "write:report");

        lines.until("event:scope-drift", fixture::timePasses);

        assertThat(lines.next())
                .startsWith("data:action=refresh, demoted=(\"read:report\")")
                .contains("token=\"" + token.fingerprint() + "\"");
        lines.untilEnd();
        assertThat(lines.isComplete()).isTrue();
        await().atMost(PATIENCE).until(() -> !Streaming.endsOf(user).isEmpty());
        StreamEndedEvent event = Streaming.endsOf(user).get(0);
        assertThat(event.kind()).isEqualTo(Kind.HTTP);
        assertThat(event.end().reason()).isEqualTo(Reason.INSUFFICIENT_SCOPE);
        Streaming.send(other, "still here");
        others.until("data:still here");
        assertThat(Streaming.endsOf(user)).hasSize(1);
        assertThat(Streaming.endsOf(other)).isEmpty();
    }

    @Test
    void eventsWhenTokenExpiresThenTheLastEventAsksForARefresh() throws Exception {
        tenant.join(acme, user, "read:report");
        TestToken token = token("read:report").with("exp", clock.instant().getEpochSecond() + 300);
        Lines lines = open("events", token);
        lines.until("data:hello");
        clock.advance(Duration.ofSeconds(360));

        lines.until("event:scope-drift");

        assertThat(lines.next()).startsWith("data:action=refresh, organization=\"" + acme + "\", token=");
        lines.untilEnd();
    }

    @Test
    void eventsWhenUserIsSuspendedThenTheLastEventAsksForNothing() throws Exception {
        tenant.join(acme, user, "read:report");
        Lines lines = open("events", token("read:report"));
        lines.until("data:hello");
        tenant.suspend(user);

        lines.until("event:scope-drift", fixture::timePasses);

        assertThat(lines.next()).startsWith("data:action=none");
        lines.untilEnd();
    }

    /** The handler writes all the time: the end comes between two of its events, never within one. */
    @Test
    void eventsWhenTheyFollowEachOtherCloselyThenTheLastOneIsWhole() throws Exception {
        tenant.join(acme, user, "read:report");
        Lines lines = open("busy", token("read:report"));
        lines.until("data:first");
        tenant.join(acme, user, "write:report");

        String before = "";
        String line = lines.next();
        // Events are faster than reads: if each took a second, the token would expire first.
        for (int i = 0; !line.equals("event:scope-drift"); i++) {
            if (i % LINES_A_SECOND == 0) {
                fixture.timePasses();
            }
            before = line;
            line = lines.next();
        }

        assertThat(before).isEmpty();
        assertThat(lines.next()).startsWith("data:action=refresh");
        assertThat(lines.next()).isEmpty();
        lines.untilEnd();
        Streaming.writerFailed.await();
    }

    // Other bodies

    @ParameterizedTest
    @ValueSource(strings = {"body", "entity-body", "emitter", "ndjson"})
    void bodyWhenScopeIsRevokedThenItBreaksOff(String path) throws Exception {
        tenant.join(acme, user, "read:report");
        Lines lines = open(path, token("read:report"));
        lines.until(path.equals("ndjson") ? "{\"say\":\"hello\"}" : "hello");
        tenant.join(acme, user, "write:report");

        lines.untilEnd(fixture::timePasses);

        assertThat(lines.isComplete()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"deferred", "future", "callable", "task", "mono"})
    void resultWhenScopeIsRevokedBeforeItIsThereThenRefused(String path) throws Exception {
        tenant.join(acme, user, "read:report");
        CompletableFuture<HttpResponse<String>> response =
                client.sendAsync(request(path, token("read:report")), BodyHandlers.ofString());
        await().atMost(PATIENCE).until(() -> streams().count(Kind.HTTP) == 1);
        await().atMost(PATIENCE).until(() -> Streaming.results.containsKey(user));
        tenant.join(acme, user, "write:report");

        await().atMost(PATIENCE).until(() -> {
            fixture.timePasses();
            return response.isDone();
        });

        assertThat(response.join().statusCode()).isEqualTo(403);
        assertThat(response.join().headers().firstValue("Scope-Drift"))
                .hasValueSatisfying(drift -> assertThat(drift).startsWith("action=refresh"));
        assertThat(response.join().body()).contains("insufficient-scope");
        Streaming.results.get(user).setResult("too late");
    }

    /** The handler runs on the thread of the request, and its type does not say that it cannot stream. */
    @ParameterizedTest
    @ValueSource(strings = {"object", "json"})
    void resultWhenScopeIsRevokedWhileTheHandlerRunsThenRefused(String path) {
        tenant.join(acme, user, "read:report");
        CompletableFuture<HttpResponse<String>> response =
                client.sendAsync(request(path, token("read:report")), BodyHandlers.ofString());
        await().atMost(PATIENCE).until(() -> Streaming.results.containsKey(user));
        tenant.join(acme, user, "write:report");
        await().atMost(PATIENCE).until(() -> {
            fixture.timePasses();
            return streams().count(Kind.HTTP) == 0;
        });

        Streaming.results.get(user).setResult("too late");

        assertThat(response.join().statusCode()).isEqualTo(403);
        assertThat(response.join().body()).contains("insufficient-scope").doesNotContain("too late");
    }

    @ParameterizedTest
    @ValueSource(strings = {"deferred", "future", "callable", "task", "mono", "object"})
    void resultWhenTheRightStaysThenDelivered(String path) {
        tenant.join(acme, user, "read:report");
        CompletableFuture<HttpResponse<String>> response =
                client.sendAsync(request(path, token("read:report")), BodyHandlers.ofString());
        await().atMost(PATIENCE).until(() -> Streaming.results.containsKey(user));
        fixture.timePasses();
        Streaming.results.get(user).setResult("done");

        assertThat(response.join().body()).isEqualTo("done");
        await().atMost(PATIENCE).until(() -> streams().count(Kind.HTTP) == 0);
        assertThat(Streaming.endsOf(user)).isEmpty();
    }

    // The application, bounds and metrics

    @Test
    void endWhenTheApplicationDemandsItThenOnlyTheseStreamsEnd() throws Exception {
        tenant.join(acme, user, "read:report");
        TestToken token = token("read:report");
        TestToken other = token("read:report");
        Lines lines = open("events", token);
        Lines others = open("events", other);
        lines.until("data:hello");
        others.until("data:hello");

        assertThat(streams().end(opened -> opened.fingerprint().equals(token.fingerprint())))
                .isEqualTo(1);

        lines.until("event:scope-drift");
        assertThat(lines.next()).startsWith("data:action=none");
        lines.untilEnd();
        await().atMost(PATIENCE).until(() -> streams().count(Kind.HTTP) == 1);
        MeterRegistry meters = api.bean(MeterRegistry.class);
        assertThat(meters.get("scopeguard.streams.open")
                        .tag("kind", "http")
                        .gauge()
                        .value())
                .isEqualTo(1);
        assertThat(meters.get("scopeguard.streams.ended")
                        .tags("kind", "http", "reason", "application", "enforced", "true")
                        .counter()
                        .count())
                .isPositive();
    }

    @Test
    void openWhenAsManyAreOpenAsMayBeThenRefused() throws Exception {
        tenant.join(acme, user, "read:report");
        TestToken token = token("read:report");
        for (int i = 0; i < MAX_OPEN; i++) {
            open("events", token).until("data:hello");
        }

        HttpResponse<String> refused = client.send(request("events", token), BodyHandlers.ofString());

        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.headers().firstValue("Retry-After")).isPresent();
        assertThat(refused.body()).contains("too-many-streams");
        assertThat(client.send(request("plain", token), BodyHandlers.ofString()).statusCode())
                .isEqualTo(200);
    }

    @Test
    void openWhenNoneMayBeOpenThenRefused() {
        tenant.join(acme, user, "read:report");
        try (RunningApi none =
                RunningApi.start(tenant, clock, List.of("scope-guard.streams.max-open", "0"), Streaming.class)) {
            String organization = "/organizations/" + acme;

            assertThat(none.get(organization + "/events", token("read:report")).body())
                    .contains("too-many-streams");
            assertThat(none.get(organization + "/plain", token("read:report")).status())
                    .isEqualTo(200);
        }
    }

    // Helpers

    private static OpenStreams streams() {
        return fixture.streams();
    }

    private TestToken token(String... scopes) {
        return tenant.organizationToken(acme, user, scopes);
    }

    private HttpRequest request(String path, TestToken token) {
        return fixture.request("/organizations/" + acme + "/" + path, token);
    }

    private Lines open(String path, TestToken token) throws IOException, InterruptedException {
        return fixture.open("/organizations/" + acme + "/" + path, token);
    }

    /** An API that streams in each way that Spring MVC has. */
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Streaming {

        static final BlockingQueue<StreamEndedEvent> ended = new LinkedBlockingQueue<>();
        static final Map<String, SseEmitter> emitters = new ConcurrentHashMap<>();
        static final Map<String, Sinks.Many<String>> sinks = new ConcurrentHashMap<>();
        static final Map<String, DeferredResult<String>> results = new ConcurrentHashMap<>();
        static final CountDownLatch writerFailed = new CountDownLatch(1);

        static void send(String user, String text) throws IOException {
            Sinks.Many<String> sink = sinks.get(user);
            if (sink == null) {
                emitters.get(user).send(SseEmitter.event().data(text));
            } else {
                sink.tryEmitNext(text).orThrow();
            }
        }

        @Bean
        MeterRegistry meters() {
            return new SimpleMeterRegistry();
        }

        /** The reported ends of a user's streams. Ends of other tests may be reported late. */
        static List<StreamEndedEvent> endsOf(String user) {
            return ended.stream()
                    .filter(event -> event.end().token().subject().id().equals(user))
                    .toList();
        }

        @EventListener
        void ended(StreamEndedEvent event) {
            ended.add(event);
        }

        @RestController
        @RequiresScopes("read:report")
        static class Handlers {

            @GetMapping(IN_ORGANIZATION + "/events")
            SseEmitter events(Decision decision) throws IOException {
                SseEmitter emitter = new SseEmitter(0L);
                emitters.put(decision.token().subject().id(), emitter);
                emitter.send(SseEmitter.event().data("hello"));
                return emitter;
            }

            @GetMapping(IN_ORGANIZATION + "/entity")
            ResponseEntity<SseEmitter> entity(Decision decision) throws IOException {
                return ResponseEntity.ok(events(decision));
            }

            @GetMapping(path = IN_ORGANIZATION + "/flux", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
            Flux<String> flux(Decision decision) {
                Sinks.Many<String> sink = Sinks.many().unicast().onBackpressureBuffer();
                sinks.put(decision.token().subject().id(), sink);
                sink.tryEmitNext("hello").orThrow();
                return sink.asFlux();
            }

            @GetMapping(path = IN_ORGANIZATION + "/ndjson", produces = MediaType.APPLICATION_NDJSON_VALUE)
            Flux<Map<String, String>> ndjson() {
                return Flux.just(Map.of("say", "hello")).concatWith(Flux.never());
            }

            @GetMapping(IN_ORGANIZATION + "/busy")
            SseEmitter busy() throws IOException {
                SseEmitter emitter = new SseEmitter(0L);
                emitter.send(SseEmitter.event().data("first"));
                Thread writer = new Thread(() -> {
                    try {
                        for (int i = 0; true; i++) {
                            emitter.send(SseEmitter.event()
                                    .id("n" + i)
                                    .name("tick")
                                    .data("one")
                                    .data("two"));
                            Thread.sleep(1);
                        }
                    } catch (IOException | IllegalStateException | InterruptedException e) {
                        writerFailed.countDown();
                    }
                });
                writer.setDaemon(true);
                writer.start();
                return emitter;
            }

            @GetMapping(IN_ORGANIZATION + "/body")
            StreamingResponseBody body() {
                return output -> {
                    while (true) {
                        output.write("hello\n".repeat(2_000).getBytes(StandardCharsets.UTF_8));
                        try {
                            Thread.sleep(20);
                        } catch (InterruptedException e) {
                            throw new IllegalStateException(e);
                        }
                    }
                };
            }

            @GetMapping(IN_ORGANIZATION + "/entity-body")
            ResponseEntity<StreamingResponseBody> entityBody() {
                return ResponseEntity.ok().contentType(MediaType.TEXT_PLAIN).body(body());
            }

            @GetMapping(IN_ORGANIZATION + "/emitter")
            ResponseEntity<ResponseBodyEmitter> emitter() throws IOException {
                ResponseBodyEmitter emitter = new ResponseBodyEmitter(0L);
                emitter.send("hello\n");
                return ResponseEntity.ok().contentType(MediaType.TEXT_PLAIN).body(emitter);
            }

            @GetMapping(IN_ORGANIZATION + "/deferred")
            DeferredResult<String> deferred(Decision decision) {
                DeferredResult<String> result = new DeferredResult<>(0L);
                results.put(decision.token().subject().id(), result);
                return result;
            }

            @GetMapping(IN_ORGANIZATION + "/future")
            CompletableFuture<String> future(Decision decision) {
                DeferredResult<String> result = deferred(decision);
                CompletableFuture<String> future = new CompletableFuture<>();
                result.setResultHandler(value -> future.complete((String) value));
                return future;
            }

            @GetMapping(IN_ORGANIZATION + "/callable")
            Callable<String> callable(Decision decision) {
                CompletableFuture<String> future = future(decision);
                return future::join;
            }

            @GetMapping(IN_ORGANIZATION + "/object")
            Object object(Decision decision) {
                return future(decision).join();
            }

            @GetMapping(IN_ORGANIZATION + "/json")
            ResponseEntity<?> json(Decision decision) {
                return ResponseEntity.ok(Map.of("say", future(decision).join()));
            }

            @GetMapping(IN_ORGANIZATION + "/task")
            WebAsyncTask<String> task(Decision decision) {
                return new WebAsyncTask<>(callable(decision));
            }

            @GetMapping(IN_ORGANIZATION + "/mono")
            Mono<String> mono(Decision decision) {
                return Mono.fromFuture(future(decision));
            }

            @GetMapping(IN_ORGANIZATION + "/plain")
            String plain() {
                return "ok";
            }
        }
    }
}

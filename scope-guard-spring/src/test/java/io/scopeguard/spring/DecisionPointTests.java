package io.scopeguard.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.scopeguard.spring.support.Reply;
import io.scopeguard.spring.support.RunningApi;
import io.scopeguard.spring.support.TenantServer;
import io.scopeguard.spring.support.TestToken;
import io.scopeguard.testing.Loopback;
import io.scopeguard.testing.MovableClock;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.filter.ShallowEtagHeaderFilter;
import org.springframework.web.multipart.MultipartFile;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;

/** The decision is made once, before the request is bound or read, and no part of the application can swallow it. */
class DecisionPointTests {

    private static final MovableClock clock = MovableClock.atNoon();
    private static final TenantServer tenant = new TenantServer(clock);
    private static RunningApi api;

    private final String acme = TenantServer.newId("acme");
    private final String base = "/organizations/" + acme;
    private final String user = tenant.newUser();

    @BeforeAll
    static void start() {
        api = RunningApi.start(
                tenant,
                clock,
                List.of("spring.servlet.multipart.max-file-size", "1KB", "logging.level.root", "off"),
                Api.class);
    }

    @AfterAll
    static void stop() {
        api.close();
        tenant.close();
    }

    @BeforeEach
    void older() {
        clock.advance(Duration.ofMinutes(1));
        tenant.join(acme, user, "write:report");
    }

    /** A token with the required scopes and a revoked one, so that each response has a hint. */
    private TestToken granted() {
        return tenant.organizationToken(acme, user, "write:report", "gone:report");
    }

    private TestToken denied() {
        return tenant.organizationToken(acme, user, "read:report");
    }

    // Before binding

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "POST|/json|application/json|{\"name\":",
                "POST|/json|application/json|[]",
                "POST|/json|text/csv|a,b",
                "POST|/typed/not-a-number|application/json|{}",
                "POST|/parameter|text/plain|x",
                "POST|/multipart|multipart/form-data; boundary=x|no multipart at all",
                "POST|/multipart|multipart/form-data|without a boundary",
                "POST|/form|application/x-www-form-urlencoded|a=%zz&b=%"
            })
    void requestWhenDeniedThenArgumentsAreNotBound(String method, String path, String type, String body) {
        String[] headers = {"Authorization", "Bearer " + denied().signed(), "Content-Type", type};
        Reply refused = api.send(method, base + path, body, headers);
        assertThat(refused.status()).as(refused.body()).isEqualTo(403);
        assertThat(refused.body()).contains("insufficient-scope");
        String[] stranger = {"Content-Type", type};
        assertThat(api.send(method, base + path, body, stranger).status()).isEqualTo(401);
    }

    @Test
    void uploadWhenDeniedThenTheFileIsNotRead() {
        String big = "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n"
                + "y".repeat(200_000) + "\r\n--x--\r\n";
        String type = "multipart/form-data; boundary=x";
        assertThat(post("/multipart", big, type, denied()).status()).isEqualTo(403);
        // The handler itself would have rejected it.
        assertThat(post("/multipart", big, type, granted()).status()).isEqualTo(500);
        String small = big.replaceAll("y+", "y");
        assertThat(post("/multipart", small, type, granted()).body()).isEqualTo("1");
    }

    /** The response arrives although the body never does. */
    @Test
    void postWhenDeniedThenTheResponseDoesNotWaitForTheBody() {
        String answer = api.raw("POST " + base + "/json HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                + "Authorization: Bearer " + denied().signed()
                + "\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: 1000000000\r\n\r\n");
        assertThat(answer).contains("HTTP/1.1 403", "insufficient-scope");
    }

    /** The request's own thread goes on in a filter of the application, which dispatches the request once more. */
    @Test
    void requestWhenDeniedThenAnAsynchronousDispatchIsDeniedToo() throws InterruptedException {
        Api.calls.set(0);

        assertThat(api.get(base + "/counted?again", denied()).status()).isEqualTo(403);
        awaitAsynchronousDispatch();
        assertThat(Api.calls).hasValue(0);

        assertThat(api.get(base + "/counted?again", granted()).status()).isEqualTo(200);
        awaitAsynchronousDispatch();
        assertThat(Api.calls).as("an allowed request goes on").hasValue(2);
    }

    private static void awaitAsynchronousDispatch() throws InterruptedException {
        assertThat(Api.dispatched.tryAcquire(Loopback.PATIENCE.toMillis(), TimeUnit.MILLISECONDS))
                .isTrue();
    }

    private Reply post(String path, String body, String type, TestToken token) {
        return api.send("POST", base + path, body, "Authorization", "Bearer " + token.signed(), "Content-Type", type);
    }

    // Exceptions that the application catches

    @Test
    void getWhenDeniedThenNoExceptionHandlerOfTheApplicationIsCalled() {
        assertThat(api.get(base + "/throws", granted()).body()).isEqualTo("caught by advice");
        assertThat(api.get(base + "/throws", denied()).body()).contains("insufficient-scope");
        assertThat(api.get(base + "/local/throws", granted()).body()).isEqualTo("caught locally");
        assertThat(api.get(base + "/local/throws", denied()).body()).contains("insufficient-scope");
        assertThat(api.getAsStranger(base + "/local/throws").body()).contains("missing-token");
    }

    /** An error of the application does not hide the hint for the client. */
    @Test
    void getWhenTheHandlerFailsThenTheResponseIsHinted() {
        Reply reply = api.get(base + "/throws", granted());
        assertThat(reply.status()).isEqualTo(500);
        assertThat(reply.header("Scope-Drift")).startsWith("action=refresh, demoted=(\"gone:report\")");
    }

    // Asynchronous and streaming

    @ParameterizedTest
    @ValueSource(strings = {"/callable", "/future", "/deferred", "/failing-future"})
    void getWhenTheHandlerIsAsynchronousThenDecidedOnce(String path) {
        TestToken token = granted();
        double before = decisions();
        Reply reply = api.get(base + path, token);
        assertThat(reply.body()).isEqualTo(path.equals("/failing-future") ? "caught by advice" : "late");
        assertThat(reply.header("Scope-Drift")).contains(token.fingerprint());
        assertThat(reply.header("Cache-Control")).isEqualTo("no-store");
        assertThat(decisions() - before).isEqualTo(1);
        assertThat(api.get(base + path, denied()).status()).isEqualTo(403);
        assertThat(decisions() - before).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/streaming", "/sse"})
    void getWhenTheResponseIsStreamedThenDecidedBeforeTheFirstByte(String path) {
        TestToken token = granted();
        double before = decisions();
        Reply reply = api.get(base + path, token);
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.body()).contains("late");
        assertThat(reply.header("Scope-Drift")).contains(token.fingerprint());
        assertThat(decisions() - before).isEqualTo(1);
        Reply refused = api.get(base + path, denied());
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.body()).doesNotContain("late");
        assertThat(refused.header("Content-Type")).isEqualTo("application/problem+json;charset=UTF-8");
    }

    // Dispatches

    @Test
    void forwardWhenTargetRequiresScopeThenDenied() {
        TestToken token = granted();
        Reply reply = api.get(base + "/forward", token);
        assertThat(reply.body()).isEqualTo("target");
        assertThat(reply.header("Scope-Drift")).contains(token.fingerprint());
        // The forwarding handler accepts any member; its target does not.
        assertThat(api.get(base + "/forward", denied()).body()).contains("insufficient-scope");
        // The forwarding handler is open; its target is not.
        assertThat(api.getAsStranger("/open/forward/" + acme).status()).isEqualTo(401);
        assertThat(api.get("/open/forward/" + acme, denied()).status()).isEqualTo(403);
        assertThat(api.get("/open/forward/" + acme, token).body()).isEqualTo("target");
    }

    @Test
    void getWhenTheHandlerSendsAnErrorThenTheErrorPageIsNotDecided() {
        TestToken token = granted();
        double before = decisions();
        Reply reply = api.get(base + "/error-page", token);
        assertThat(reply.status()).isEqualTo(418);
        assertThat(reply.body()).contains("\"status\":418");
        assertThat(reply.header("Scope-Drift")).contains(token.fingerprint());
        assertThat(decisions() - before).isEqualTo(1);
        // An open handler's error page is open.
        assertThat(api.getAsStranger("/open/error-page").status()).isEqualTo(418);
    }

    // Kinds of responses

    @Test
    void headThenDecidedAndHintedLikeGet() {
        TestToken token = granted();
        Reply reply = api.send("HEAD", base + "/plain", null, "Authorization", "Bearer " + token.signed());
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.body()).isEmpty();
        assertThat(reply.header("Scope-Drift")).contains(token.fingerprint());
        Reply refused = api.send("HEAD", base + "/plain", null, "Authorization", "Bearer " + denied().signed());
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.header("WWW-Authenticate")).contains("insufficient_scope");
        assertThat(refused.body()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"/no-content, 204", "/redirect, 302", "/large, 200", "/flushing, 200", "/own-status, 409"})
    void getThenEveryKindOfResponseIsHinted(String path, int status) {
        TestToken token = granted();
        Reply reply = api.get(base + path, token);
        assertThat(reply.status()).isEqualTo(status);
        assertThat(reply.header("Scope-Drift")).contains(token.fingerprint());
        assertThat(reply.header("Cache-Control")).isEqualTo("no-store");
    }

    @Test
    void getWhenNotModifiedThenNotHinted() {
        TestToken token = granted();
        for (String path : List.of(base + "/etag", "/tagged/" + acme)) {
            Reply first = api.get(path, token);
            assertThat(first.header("Scope-Drift")).contains(token.fingerprint());
            Reply second = api.get(path, token, "If-None-Match", first.header("ETag"));
            assertThat(second.status()).isEqualTo(304);
            assertThat(second.has("Scope-Drift")).isFalse();
        }
    }

    @Test
    void getWhenNothingIsHintedThenTheHandlersCacheControlStays() {
        Reply quiet = api.get(base + "/cached", tenant.organizationToken(acme, user, "write:report"));
        assertThat(quiet.has("Scope-Drift")).isFalse();
        assertThat(quiet.header("Cache-Control")).isEqualTo("max-age=60");
        Reply hinted = api.get(base + "/cached", granted());
        assertThat(hinted.has("Scope-Drift")).isTrue();
        assertThat(hinted.header("Cache-Control")).isEqualTo("no-store");
    }

    @Test
    void responseWhenTheApplicationExposesHeadersThenTheyStayExposed() {
        Reply reply = api.get(base + "/exposing", granted(), "Origin", "https://app.example.test");
        assertThat(reply.header("Access-Control-Expose-Headers"))
                .isEqualTo("X-One, X-Two, Scope-Drift, WWW-Authenticate, Retry-After");
    }

    private static double decisions() {
        return api.bean(MeterRegistry.class).find("scopeguard.decisions").counters().stream()
                .mapToDouble(counter -> counter.count())
                .sum();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Api {

        @Bean
        MeterRegistry meters() {
            return new SimpleMeterRegistry();
        }

        @Bean
        FilterRegistrationBean<ShallowEtagHeaderFilter> shallowEtag() {
            FilterRegistrationBean<ShallowEtagHeaderFilter> etag =
                    new FilterRegistrationBean<>(new ShallowEtagHeaderFilter());
            etag.addUrlPatterns("/tagged/*");
            return etag;
        }

        static final AtomicInteger calls = new AtomicInteger();
        static final Semaphore dispatched = new Semaphore(0);

        @Bean
        FilterRegistrationBean<Filter> dispatchingAgain() {
            FilterRegistrationBean<Filter> filter = new FilterRegistrationBean<>(Api::dispatchAgain);
            filter.setOrder(Ordered.HIGHEST_PRECEDENCE);
            filter.setDispatcherTypes(DispatcherType.REQUEST, DispatcherType.ASYNC);
            return filter;
        }

        private static void dispatchAgain(ServletRequest request, ServletResponse response, FilterChain chain)
                throws IOException, ServletException {
            if (!"again".equals(((HttpServletRequest) request).getQueryString())) {
                chain.doFilter(request, response);
            } else if (request.getDispatcherType() == DispatcherType.ASYNC) {
                try {
                    chain.doFilter(request, response);
                } finally {
                    dispatched.release();
                }
            } else {
                AsyncContext async = request.startAsync();
                chain.doFilter(request, response);
                async.dispatch();
            }
        }

        @RestControllerAdvice
        static class Advice {

            @ExceptionHandler(Throwable.class)
            ResponseEntity<String> caught(Throwable any) {
                return ResponseEntity.internalServerError().body("caught by advice");
            }
        }

        @RestController
        @RequiresScopes("write:report")
        @RequestMapping("/organizations/{organizationId}/local")
        static class Local {

            @GetMapping("/throws")
            String failing() {
                throw new IllegalStateException("on purpose");
            }

            @ExceptionHandler(Exception.class)
            String caught() {
                return "caught locally";
            }
        }

        @RestController
        @RequiresScopes("write:report")
        @RequestMapping("/organizations/{organizationId}")
        static class Handlers {

            @PostMapping(
                    path = "/json",
                    consumes = {"application/json", "text/csv"})
            String json(@RequestBody Map<String, String> body) {
                return "ok";
            }

            @PostMapping("/typed/{number}")
            String typed(@PathVariable int number) {
                return "ok";
            }

            @PostMapping("/parameter")
            String parameter(@RequestParam int missing) {
                return "ok";
            }

            @PostMapping("/multipart")
            String multipart(@RequestParam MultipartFile file) {
                return String.valueOf(file.getSize());
            }

            @PostMapping("/form")
            String postForm(@RequestParam Map<String, String> form) {
                return "ok";
            }

            @GetMapping("/throws")
            String failing() {
                throw new IllegalStateException("on purpose");
            }

            @GetMapping("/callable")
            Callable<String> callable() {
                return () -> "late";
            }

            @GetMapping("/future")
            CompletableFuture<String> future() {
                return CompletableFuture.supplyAsync(() -> "late");
            }

            @GetMapping("/failing-future")
            CompletableFuture<String> failingFuture() {
                return CompletableFuture.failedFuture(new IllegalStateException("on purpose"));
            }

            @GetMapping("/deferred")
            DeferredResult<String> deferred() {
                DeferredResult<String> result = new DeferredResult<>();
                CompletableFuture.runAsync(() -> result.setResult("late"));
                return result;
            }

            @GetMapping("/streaming")
            StreamingResponseBody streaming() {
                return out -> out.write("late".getBytes(StandardCharsets.UTF_8));
            }

            @GetMapping("/sse")
            SseEmitter sse() {
                SseEmitter emitter = new SseEmitter();
                CompletableFuture.runAsync(() -> {
                    try {
                        emitter.send("late");
                        emitter.complete();
                    } catch (IOException e) {
                        emitter.completeWithError(e);
                    }
                });
                return emitter;
            }

            @GetMapping("/counted")
            String counted() {
                return "call " + calls.incrementAndGet();
            }

            @GetMapping("/plain")
            String plain() {
                return "plain";
            }

            @GetMapping("/no-content")
            ResponseEntity<Void> noContent() {
                return ResponseEntity.noContent().build();
            }

            @GetMapping("/redirect")
            void redirect(HttpServletResponse response) throws IOException {
                response.sendRedirect("/elsewhere");
            }

            @GetMapping("/large")
            String large() {
                return "z".repeat(100_000);
            }

            @GetMapping("/flushing")
            void flushing(HttpServletResponse response) throws IOException {
                response.flushBuffer();
                response.getWriter().write("more");
            }

            @GetMapping("/own-status")
            ResponseEntity<String> ownStatus() {
                return ResponseEntity.status(409).body("conflict");
            }

            @GetMapping("/error-page")
            void errorPage(HttpServletResponse response) throws IOException {
                response.sendError(418);
            }

            @GetMapping("/etag")
            ResponseEntity<String> etag() {
                return ResponseEntity.ok().eTag("\"v1\"").body("tagged");
            }

            @GetMapping("/cached")
            ResponseEntity<String> cached() {
                return ResponseEntity.ok()
                        .header(HttpHeaders.CACHE_CONTROL, "max-age=60")
                        .body("cached");
            }

            @GetMapping("/exposing")
            ResponseEntity<String> exposing() {
                return ResponseEntity.ok()
                        .header(HttpHeaders.ACCESS_CONTROL_EXPOSE_HEADERS, "X-One, X-Two")
                        .body("exposing");
            }

            @GetMapping("/target")
            String target() {
                return "target";
            }
        }

        @RestController
        static class Tagged {

            @RequiresScopes("write:report")
            @GetMapping("/tagged/{organizationId}")
            String tagged() {
                return "tagged from outside";
            }
        }

        @Controller
        static class Forwarding {

            @GetMapping("/organizations/{organizationId}/forward")
            String forward(@PathVariable String organizationId) {
                return "forward:/organizations/" + organizationId + "/target";
            }

            @PublicEndpoint
            @GetMapping("/open/forward/{to}")
            String openForward(@PathVariable String to) {
                return "forward:/organizations/" + to + "/target";
            }

            @PublicEndpoint
            @GetMapping("/open/error-page")
            void openErrorPage(HttpServletResponse response) throws IOException {
                response.sendError(418);
            }
        }
    }
}

package io.scopeguard.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.scopeguard.spring.support.Reply;
import io.scopeguard.spring.support.RunningApi;
import io.scopeguard.spring.support.TenantServer;
import io.scopeguard.spring.support.TestToken;
import io.scopeguard.testing.MovableClock;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * The JDK records no pinned carrier in code of the guard while many requests on virtual threads wait at once. Before JDK 24, a
 * virtual thread that waits for a monitor is pinned, in libraries too.
 */
@Timeout(600)
@EnabledForJreRange(min = JRE.JAVA_24)
class VirtualThreadPinningTests {

    private static final int REQUESTS = 200;
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final String PINNED = "jdk.VirtualThreadPinned";
    private static final String OURS = "io.scopeguard.";
    private static final List<String> OTHERS = List.of("org.springframework.", "org.apache.");
    private static final Set<Thread.State> WAITING = Set.of(Thread.State.WAITING, Thread.State.TIMED_WAITING);
    private static final List<String> VIRTUAL = List.of("spring.threads.virtual.enabled", "true");
    private static final MovableClock clock = MovableClock.atNoon();
    private static final TenantServer tenant = new TenantServer(clock);

    private final ExecutorService clients = Executors.newFixedThreadPool(REQUESTS);
    private final String acme = TenantServer.newId("acme");
    private final String reports = reports(acme);

    @TempDir
    Path folder;

    /** The first use of a class may pin a carrier, once in the life of a process. */
    @BeforeAll
    static void loadClasses() {
        String organization = TenantServer.newId("acme");
        try (RunningApi api = start()) {
            assertThat(api.get(reports(organization), token(organization)).status())
                    .isEqualTo(200);
        }
    }

    @AfterEach
    void release() {
        tenant.release();
        clients.shutdown();
    }

    @AfterAll
    static void stop() {
        tenant.close();
    }

    @Test
    void requestsWhenTheyWaitForSigningKeysThenPinNoCarrier() throws IOException {
        List<String> tokens = tokens();
        try (RunningApi api = start()) {
            assertThat(pinnedWhileProviderIsSlow(api, reports, tokens)).isEmpty();
        }
    }

    @Test
    void requestsWhenTheyWaitForLivePermissionsThenPinNoCarrier() throws IOException {
        List<String> tokens = tokens();
        try (RunningApi api = start()) {
            assertThat(api.get("/me", token()).status()).isEqualTo(200);
            assertThat(pinnedWhileProviderIsSlow(api, reports, tokens)).isEmpty();
        }
    }

    @Test
    void requestsWhenTheirTokensWereNeverSeenThenPinNoCarrier() throws IOException {
        TestToken token = token();
        List<String> tokens = Stream.generate(token::signed).limit(REQUESTS / 2).toList();
        try (RunningApi api = start()) {
            assertThat(api.get(reports, token).status()).isEqualTo(200);
            // Each token comes twice at once.
            List<String> twice =
                    tokens.stream().flatMap(each -> Stream.of(each, each)).toList();
            assertThat(pinned(() -> assertThat(send(api, reports, twice))
                            .allMatch(reply -> reply.join().status() == 200)))
                    .isEmpty();
        }
    }

    /** The other tests would find a pinned carrier: a wait in the initialization of a class pins it in each version of Java. */
    @Test
    void recordWhenACarrierIsPinnedThenItIsFound() throws IOException {
        try (RunningApi api = start()) {
            assertThat(pinned(() -> assertThat(api.get("/pin", token()).body()).isEqualTo("pinned")))
                    .anyMatch(event -> event.contains(Pin.class.getName() + ".<clinit>"));
        }
    }

    private static RunningApi start() {
        return RunningApi.start(tenant, clock, VIRTUAL, GuardedApi.class, Entrance.class, PinningHandler.class);
    }

    private static String reports(String organization) {
        return "/organizations/" + organization + "/reports";
    }

    private TestToken token() {
        return token(acme);
    }

    private static TestToken token(String organization) {
        String user = tenant.newUser();
        tenant.join(organization, user, "read:report");
        return tenant.organizationToken(organization, user, "read:report");
    }

    /** Tokens of different users, which are too old to count as live permissions. */
    private List<String> tokens() {
        List<String> tokens =
                IntStream.range(0, REQUESTS).mapToObj(i -> token().signed()).toList();
        clock.advance(Duration.ofMinutes(1));
        return tokens;
    }

    private List<CompletableFuture<Reply>> send(RunningApi api, String path, List<String> tokens) {
        return tokens.stream()
                .map(token -> CompletableFuture.supplyAsync(() -> api.get(path, token), clients))
                .toList();
    }

    /** The pins of our code while all requests wait for an answer of the provider. */
    private List<String> pinnedWhileProviderIsSlow(RunningApi api, String path, List<String> tokens)
            throws IOException {
        return pinned(() -> {
            Queue<Thread> entered = api.bean(Entrance.class).entered;
            entered.clear();
            CompletableFuture<Void> asked = tenant.hold();
            List<CompletableFuture<Reply>> replies = send(api, path, tokens);
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(entered)
                            .hasSize(tokens.size())
                            .allMatch(VirtualThreadPinningTests::waitsInOurCode));
            assertThat(asked).succeedsWithin(PATIENCE);
            assertThat(replies).noneMatch(CompletableFuture::isDone);
            tenant.release();
            assertThat(replies).allMatch(reply -> reply.join().status() == 200);
        });
    }

    private static boolean waitsInOurCode(Thread thread) {
        return WAITING.contains(thread.getState())
                && Stream.of(thread.getStackTrace())
                        .map(StackTraceElement::getClassName)
                        .filter(type -> !type.startsWith("java.") && !type.startsWith("jdk."))
                        .findFirst()
                        .filter(type -> type.startsWith(OURS))
                        .isPresent();
    }

    /** The frames of those pins during the work that are in our code or in the JDK and libraries on our behalf. */
    private List<String> pinned(Runnable work) throws IOException {
        Path file = folder.resolve("pinned.jfr");
        try (Recording recording = new Recording()) {
            recording.enable(PINNED).withThreshold(Duration.ZERO).withStackTrace();
            recording.start();
            work.run();
            recording.stop();
            recording.dump(file);
        }
        return RecordingFile.readAllEvents(file).stream()
                .filter(event -> event.getEventType().getName().equals(PINNED))
                .filter(VirtualThreadPinningTests::isOurs)
                .map(event -> frames(event).toList().toString())
                .toList();
    }

    /** The server's and Spring's own waits are theirs, even if filters of ours are further down in the stack. */
    private static boolean isOurs(RecordedEvent event) {
        return frames(event)
                .filter(frame -> frame.startsWith(OURS) || OTHERS.stream().anyMatch(frame::startsWith))
                .findFirst()
                .filter(frame -> frame.startsWith(OURS))
                .isPresent();
    }

    private static Stream<String> frames(RecordedEvent event) {
        return event.getStackTrace() == null
                ? Stream.empty()
                : event.getStackTrace().getFrames().stream()
                        .map(RecordedFrame::getMethod)
                        .map(method -> method.getType().getName() + "." + method.getName());
    }

    /** Keeps the threads of requests before the guard sees them. */
    @Component
    @Order(Ordered.HIGHEST_PRECEDENCE)
    static class Entrance extends OncePerRequestFilter {

        final Queue<Thread> entered = new ConcurrentLinkedQueue<>();

        @Override
        protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
                throws ServletException, IOException {
            entered.add(Thread.currentThread());
            chain.doFilter(request, response);
        }
    }

    @RestController
    static class PinningHandler {

        @GetMapping("/pin")
        String pin() {
            return Pin.state;
        }
    }

    private static final class Pin {

        static String state;

        static {
            LockSupport.parkNanos(1);
            state = "pinned";
        }
    }
}

package io.scopeguard.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.spring.support.Reply;
import io.scopeguard.spring.support.RunningApi;
import io.scopeguard.spring.support.TenantServer;
import io.scopeguard.spring.support.TestToken;
import io.scopeguard.testing.MovableClock;
import java.lang.management.ManagementFactory;
import java.lang.management.MonitorInfo;
import java.lang.management.ThreadInfo;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** The guard's effect on request threads, platform and virtual. */
class RequestThreadTests {

    private static final MovableClock clock = MovableClock.atNoon();
    private static final TenantServer tenant = new TenantServer(clock);

    private final String acme = TenantServer.newId("acme");
    private final String reports = "/organizations/" + acme + "/reports";
    private final String user = tenant.newUser();

    @AfterEach
    void release() {
        tenant.release();
    }

    @AfterAll
    static void stop() {
        tenant.close();
    }

    private TestToken token() {
        tenant.join(acme, user, "read:report");
        return tenant.organizationToken(acme, user, "read:report");
    }

    /** Up to JDK 23, a monitor that a virtual thread holds while it waits would block its carrier thread. */
    @Test
    void requestWhenItWaitsForSigningKeysThenHoldsNoMonitor() {
        try (RunningApi api = RunningApi.start(tenant, clock, List.of(), GuardedApi.class)) {
            assertThat(monitorsHeldWhileWaiting(api)).isEmpty();
        }
    }

    @Test
    void requestWhenItWaitsForLivePermissionsThenHoldsNoMonitor() {
        try (RunningApi api = RunningApi.start(tenant, clock, List.of(), GuardedApi.class)) {
            assertThat(api.get("/me", token()).status()).isEqualTo(200);
            assertThat(monitorsHeldWhileWaiting(api)).isEmpty();
        }
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_21)
    void getWhenThreadsAreVirtualThenGrantedAndDeniedAsUsual() {
        List<String> properties = List.of("spring.threads.virtual.enabled", "true");
        TestToken token = token();
        try (RunningApi api = RunningApi.start(tenant, clock, properties, GuardedApi.class, ThreadKind.class)) {
            assertThat(api.get("/thread", token).body()).isEqualTo("virtual");
            List<CompletableFuture<Reply>> replies = IntStream.range(0, 50)
                    .mapToObj(i -> CompletableFuture.supplyAsync(() -> api.get(reports, token)))
                    .toList();
            assertThat(replies)
                    .allSatisfy(reply -> assertThat(reply.join().status()).isEqualTo(200));
            assertThat(api.get(reports, tenant.organizationToken(acme, user)).status())
                    .isEqualTo(403);
        }
    }

    /** The monitors of the guard that a request's thread holds while the provider does not answer. */
    private List<String> monitorsHeldWhileWaiting(RunningApi api) {
        TestToken token = token();
        clock.advance(Duration.ofMinutes(1));
        CompletableFuture<Void> asked = tenant.hold();
        CompletableFuture<Reply> reply = CompletableFuture.supplyAsync(() -> api.get(reports, token));
        asked.orTimeout(180, TimeUnit.SECONDS).join();
        List<String> monitors = Arrays.stream(requestThreads())
                .flatMap(thread -> Arrays.stream(thread.getLockedMonitors()))
                .filter(RequestThreadTests::isOfTheGuard)
                .map(Object::toString)
                .toList();
        tenant.release();
        assertThat(reply.join().status()).isEqualTo(200);
        return monitors;
    }

    /** Monitors of the guard and of its libraries, without those of the server. */
    private static boolean isOfTheGuard(MonitorInfo monitor) {
        String holder = monitor.getLockedStackFrame().getClassName();
        return holder.startsWith("io.scopeguard") || holder.startsWith("com.nimbusds");
    }

    private static ThreadInfo[] requestThreads() {
        ThreadInfo[] waiting = Arrays.stream(ManagementFactory.getThreadMXBean().dumpAllThreads(true, false))
                .filter(thread -> isIn("io.scopeguard.spring", thread) && isIn("org.apache.catalina", thread))
                .toArray(ThreadInfo[]::new);
        assertThat(waiting).isNotEmpty();
        return waiting;
    }

    private static boolean isIn(String packageName, ThreadInfo thread) {
        return Arrays.stream(thread.getStackTrace())
                .anyMatch(frame -> frame.getClassName().startsWith(packageName));
    }

    @RestController
    static class ThreadKind {

        @GetMapping("/thread")
        String kind() {
            // Since JDK 19; the code has to compile for 17.
            return Thread.currentThread().toString().startsWith("VirtualThread") ? "virtual" : "platform";
        }
    }
}

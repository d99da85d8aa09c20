package io.scopeguard.bench.jmh;

import io.scopeguard.AccessRequest;
import io.scopeguard.Decision;
import io.scopeguard.ScopeGuard;
import io.scopeguard.bench.Algorithm;
import io.scopeguard.bench.Median;
import io.scopeguard.bench.TokenIssuer;
import io.scopeguard.organization.RequestedOrganization;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.ScopeRequirement;
import io.scopeguard.scope.Scopes;
import io.scopeguard.token.AccessTokenVerifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.stream.Stream;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordingFile;
import org.jspecify.annotations.Nullable;

/**
 * Decisions about known tokens by one guard on one, two and sixteen threads, and on virtual threads if Java has them. Prints the
 * decisions per second and the events in which one of our threads waited. Two threads with a guard of their own show what the
 * machine can do: they share nothing of ours. No decision waits for the provider here. Requests on virtual threads that wait for the
 * provider are tested by {@code VirtualThreadPinningTests}. Exits with 1 if a target is missed. Needs two idle processors.
 */
public final class ThreadScaling {

    private static final int TOKENS = 64;
    private static final int ROUNDS = 7;
    private static final Duration TURN = Duration.ofSeconds(1);
    private static final int WARM_UP_TURNS = 10;
    private static final List<Integer> COUNTS = List.of(1, 2, 16);
    private static final double OF_SEPARATE = 0.97;
    private static final double TWO = 1.8;
    private static final double SIXTEEN = 0.95;
    private static final Duration LONGEST_WAIT = Duration.ofMillis(1);
    private static final List<String> WAITS = List.of("jdk.JavaMonitorEnter", "jdk.ThreadPark");
    private static final String PINNED = "jdk.VirtualThreadPinned";
    private static final int SHOWN_FRAMES = 12;
    private static final String OURS = "io.scopeguard.";
    private static final String BENCH = "io.scopeguard.bench.";

    private final AccessRequest request = new AccessRequest(
            RequestedOrganization.named(TokenIssuer.ORGANIZATION),
            ScopeRequirement.allOf(Audience.ORGANIZATION, Scopes.of("read:report0")));

    /** Share no memory with the tokens that the guards remember: strings that do are equal at once. */
    private final List<String> received;

    private final ScopeGuard shared;
    private final ScopeGuard other;

    private ThreadScaling(List<String> tokens, ScopeGuard shared, ScopeGuard other) {
        tokens.forEach(shared::verify);
        tokens.forEach(other::verify);
        this.received =
                tokens.stream().map(token -> new String(token.toCharArray())).toList();
        this.shared = shared;
        this.other = other;
    }

    public static void main(String[] args) throws Exception {
        SignedTokens signed = new SignedTokens(Algorithm.ES384);
        String scope = SignedTokens.scope(4);
        List<String> tokens = signed.distinct(TOKENS, scope);
        boolean good;
        try (AccessTokenVerifier verifier = signed.newVerifier(tokens.get(0));
                AccessTokenVerifier otherVerifier = signed.newVerifier(tokens.get(0));
                ScopeGuard shared = guard(verifier, scope);
                ScopeGuard other = guard(otherVerifier, scope)) {
            good = new ThreadScaling(tokens, shared, other).run();
        }
        System.exit(good ? 0 : 1);
    }

    private static ScopeGuard guard(AccessTokenVerifier verifier, String scope) {
        return ScopeGuard.builder(FixedProvider.granting(Scopes.parse(scope)))
                .verifier(verifier)
                .build();
    }

    private boolean run() throws Exception {
        Path file = Files.createTempFile("threads", ".jfr");
        double[][] perSecond = new double[COUNTS.size()][ROUNDS];
        double[] separate = new double[ROUNDS];
        ThreadFactory virtual = virtualThreads();
        try (Recording recording = new Recording()) {
            WAITS.forEach(
                    event -> recording.enable(event).withThreshold(LONGEST_WAIT).withStackTrace());
            recording.enable(PINNED).withThreshold(Duration.ZERO).withStackTrace();
            for (int turn = 0; turn < WARM_UP_TURNS; turn++) {
                measure(2, List.of(shared, other), Executors.defaultThreadFactory());
            }
            recording.start();
            for (int round = 0; round < ROUNDS; round++) {
                for (int i = 0; i < COUNTS.size(); i++) {
                    perSecond[i][round] = measure(COUNTS.get(i), List.of(shared), Executors.defaultThreadFactory());
                }
                separate[round] = measure(2, List.of(shared, other), Executors.defaultThreadFactory());
            }
            if (virtual != null) {
                System.out.printf(
                        Locale.ROOT,
                        "1,000 virtual threads: %,.0f decisions/s%n",
                        measure(1_000, List.of(shared), virtual));
            }
            recording.stop();
            recording.dump(file);
        }
        List<RecordedEvent> waits = ours(file, WAITS);
        List<RecordedEvent> pinned = ours(file, List.of(PINNED));
        Files.delete(file);
        boolean good = report(perSecond, Median.of(separate));
        good &= isMet("our waits of 1 ms and more", waits.size(), 0, false);
        waits.forEach(ThreadScaling::print);
        if (virtual == null) {
            System.out.println("our pinned virtual threads: not measured, they exist since Java 21");
            return good;
        }
        good &= isMet("our pinned virtual threads", pinned.size(), 0, false);
        pinned.forEach(ThreadScaling::print);
        return good;
    }

    private static void print(RecordedEvent event) {
        System.out.printf(
                Locale.ROOT,
                "  %s of %.1f ms by %s at:%n",
                event.getEventType().getName(),
                event.getDuration().toNanos() / 1e6,
                event.getThread() == null ? "?" : event.getThread().getJavaName());
        frames(event)
                .limit(SHOWN_FRAMES)
                .map(frame -> frame.getMethod().getType().getName() + "."
                        + frame.getMethod().getName() + ":" + frame.getLineNumber())
                .forEach(frame -> System.out.println("    " + frame));
    }

    private static boolean report(double[][] perSecond, double separate) {
        double[] medians = Arrays.stream(perSecond).mapToDouble(Median::of).toArray();
        for (int i = 0; i < medians.length; i++) {
            System.out.printf(Locale.ROOT, "%2d threads: %,.0f decisions/s%n", COUNTS.get(i), medians[i]);
        }
        System.out.printf(
                Locale.ROOT,
                " 2 threads, a guard each: %,.0f decisions/s, %.2f times one thread%n",
                separate,
                separate / medians[0]);
        boolean good = isMet("two threads / one", medians[1] / medians[0], TWO, true);
        good &= isMet("one guard / a guard each", medians[1] / separate, OF_SEPARATE, true);
        return good & isMet("sixteen threads / two", medians[2] / medians[1], SIXTEEN, true);
    }

    private static boolean isMet(String what, double measured, double limit, boolean atLeast) {
        boolean met = atLeast ? measured >= limit : measured <= limit;
        System.out.printf(
                Locale.ROOT,
                "%-28s %8.2f  %s %.2f%s%n",
                what,
                measured,
                atLeast ? ">=" : "<=",
                limit,
                met ? "" : "  MISSED");
        return met;
    }

    /**
     * The decisions per second with this number of threads.
     *
     * @param guards which the threads use in turn
     */
    private double measure(int threads, List<ScopeGuard> guards, ThreadFactory factory)
            throws InterruptedException, ExecutionException {
        ExecutorService executor = Executors.newFixedThreadPool(threads, factory);
        try {
            long start = System.nanoTime();
            long end = start + TURN.toNanos();
            List<Callable<Long>> loops = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                int first = i;
                loops.add(() -> decideUntil(end, first, guards.get(first % guards.size())));
            }
            long sum = 0;
            for (Future<Long> count : executor.invokeAll(loops)) {
                sum += count.get();
            }
            return sum * 1e9 / (System.nanoTime() - start);
        } finally {
            executor.shutdown();
        }
    }

    private long decideUntil(long end, int first, ScopeGuard guard) {
        long count = 0;
        do {
            // A new string without a known hash, as in each request.
            String token = new String(received.get((int) ((first + count) % TOKENS)));
            Decision decision = guard.authorize(guard.verify(token), request);
            if (!decision.isGranted()) {
                throw new IllegalStateException("not the decision to be measured: " + decision);
            }
            count++;
        } while (System.nanoTime() < end);
        return count;
    }

    /** {@code null} before Java 21. */
    private static @Nullable ThreadFactory virtualThreads() throws ReflectiveOperationException {
        if (Runtime.version().feature() < 21) {
            return null;
        }
        Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
        return (ThreadFactory)
                Class.forName("java.lang.Thread$Builder").getMethod("factory").invoke(builder);
    }

    /** Events of these types in which our code waits, not the benchmark's. */
    private static List<RecordedEvent> ours(Path file, List<String> types) throws IOException {
        return RecordingFile.readAllEvents(file).stream()
                .filter(event -> types.contains(event.getEventType().getName()))
                .filter(ThreadScaling::isOurs)
                .toList();
    }

    private static boolean isOurs(RecordedEvent event) {
        return event.getStackTrace() != null
                && frames(event)
                        .map(frame -> frame.getMethod().getType().getName())
                        .filter(name -> name.startsWith(OURS))
                        .findFirst()
                        .filter(name -> !name.startsWith(BENCH))
                        .isPresent()
                && frames(event).anyMatch(frame -> frame.getMethod().getName().equals("decideUntil"));
    }

    private static Stream<RecordedFrame> frames(RecordedEvent event) {
        return event.getStackTrace().getFrames().stream();
    }
}

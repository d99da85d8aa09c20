package io.scopeguard.bench.soak;

import io.scopeguard.bench.live.tenant.Timeline;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.stream.IntStream;

/**
 * Checks every response against the promises. The exact time of each change of the tenant is known; the change must bind after
 * {@code max-stale} at the latest, while the provider answers. Thread-safe.
 */
final class Judge {

    /** The scaled-down {@code max-age} and {@code max-stale}. */
    static final Duration MAX_AGE = Duration.ofSeconds(2);

    static final Duration MAX_STALE = Duration.ofSeconds(10);

    /** The tolerance for a busy machine. */
    private static final long SLACK = Duration.ofSeconds(5).toNanos();

    static final long BOUND = MAX_STALE.toNanos() + SLACK;

    /** How long a loss of many members may be doubted: a minute after the latest read that the maximum age and a storm allow. */
    static final Duration DOUBT = Duration.ofMinutes(1).plusNanos(BOUND).plus(Storms.LONGEST);

    private static final Duration WARM = Duration.ofSeconds(5);
    private static final long MIN_RESPONSES = 500;
    private static final long COLDEST = Duration.ofMinutes(1).toNanos();
    private static final int MAX_SHOWN = 20;
    private static final int STATUSES = 600;

    private final Troubles troubles;
    private final Doubts doubts;
    private final AtomicLongArray byStatus = new AtomicLongArray(STATUSES);
    private final AtomicLong wrong = new AtomicLong();
    private final AtomicLong unpromised = new AtomicLong();
    private final AtomicLong checked = new AtomicLong();
    private final Queue<String> shown = new ConcurrentLinkedQueue<>();
    private final long begun = System.nanoTime();
    private volatile boolean isWarm;
    private volatile long unknownAt = begun;

    Judge(Troubles troubles, Doubts doubts) {
        this.troubles = troubles;
        this.doubts = doubts;
    }

    /**
     * Waits until live permissions have been known for every request of some seconds, and there were enough requests. Before that,
     * 503 is promised.
     *
     * @throws IllegalStateException if that takes more than a minute
     */
    void awaitWarmth() throws InterruptedException {
        while (!isWarm) {
            long from = System.nanoTime();
            long before = responses();
            Thread.sleep(WARM.toMillis());
            long made = responses() - before;
            isWarm = unknownAt - from < 0 && made >= MIN_RESPONSES;
            if (!isWarm && System.nanoTime() - begun > COLDEST) {
                throw new IllegalStateException(
                        "a minute after the start, permissions are still unknown, or the machine is" + " too busy: "
                                + made + " responses in " + WARM.toSeconds() + " s");
            }
        }
    }

    private long responses() {
        return IntStream.range(0, STATUSES).mapToLong(byStatus::get).sum();
    }

    /**
     * Checks one response.
     *
     * @param status zero if there was no response
     * @param start when the request was sent, in nanoseconds
     * @param end when the answer had arrived
     */
    void judge(Request request, int status, String problem, long start, long end) {
        byStatus.incrementAndGet(status);
        if (status == 503) {
            unknownAt = end;
        }
        boolean isHealthy = troubles.isHealthyThroughout(start - BOUND, end);
        if (status == 200) {
            granted(request, isHealthy, start, end);
        } else if (status == 401 || status == 403) {
            denied(request, status + " " + problem, isHealthy, start, end);
        } else if (status != 503 || !isPromised(request, problem, isHealthy, start, end)) {
            unpromised.incrementAndGet();
            show("unpromised " + status + " " + problem + " on " + request.path(), request, end);
        }
    }

    /** Responses with only one correct outcome. Shortly after a change, either outcome is correct. */
    long checked() {
        return checked.get();
    }

    long wrong() {
        return wrong.get();
    }

    long unpromised() {
        return unpromised.get();
    }

    private void granted(Request request, boolean isHealthy, long start, long end) {
        boolean isCertain = (request.isStrict() || isHealthy) && !doubts.concern(request, start - BOUND, end);
        boolean mustBeDenied = isCertain && request.truth().isLackedInAllReads(request.scope(), start - BOUND, end);
        count(request, mustBeDenied, isCertain && isHeld(request, start, end), "granted without the scope: ", end);
    }

    private void denied(Request request, String answer, boolean isHealthy, long start, long end) {
        boolean mustBeGranted = mustBeGranted(request, isHealthy, start, end);
        boolean isRight = isHealthy && request.truth().isLackedThroughout(request.scope(), start - BOUND, end);
        count(request, mustBeGranted, isRight, "denied (" + answer + ") with the scope: ", end);
    }

    private static boolean mustBeGranted(Request request, boolean isHealthy, long start, long end) {
        boolean wasNeverLost = request.truth().isHeldThroughout(request.scope(), Timeline.ALWAYS, end);
        return wasNeverLost || isHealthy && isHeld(request, start, end);
    }

    /** Whether a stream must not end at this time. */
    boolean mustBeOpen(Request request, long time) {
        return mustBeGranted(request, troubles.isHealthyThroughout(time - BOUND, time), time, time);
    }

    /** Whether a loss has lasted so long at this time, while the provider answered, that no stream may be open. */
    boolean mustHaveEnded(Request request, long time) {
        return isPlain(request, time) && request.truth().isLackedInAllReads(request.scope(), time - BOUND, time);
    }

    /** Whether the provider answered for as long as the bound, and no loss was doubted. */
    boolean isPlain(Request request, long time) {
        return troubles.isHealthyThroughout(time - BOUND, time) && !doubts.concern(request, time - BOUND, time);
    }

    private void count(Request request, boolean isWrong, boolean isCertainlyRight, String what, long end) {
        if (isWrong || isCertainlyRight) {
            checked.incrementAndGet();
        }
        if (isWrong) {
            wrong.incrementAndGet();
            show(what + request.path() + " for " + request.scope(), request, end);
        }
    }

    private static boolean isHeld(Request request, long start, long end) {
        return request.truth().isHeldThroughout(request.scope(), start - BOUND, end);
    }

    /**
     * During a fault of the provider, a new key cannot be fetched, and 503 is the response of handlers that deny if permissions are
     * unknown, and of those whose scope may have leaked. A doubt lasts a minute, which is longer than the scaled-down
     * {@code max-stale}, so live permissions expire meanwhile. Nothing else is promised.
     */
    private boolean isPromised(Request request, String problem, boolean isHealthy, long start, long end) {
        if (problem.equals("keys-unavailable")) {
            return !isHealthy;
        }
        if (!isWarm) {
            return request.mayBeUnknown();
        }
        return request.mayBeUnknown() && (!isHealthy || doubts.concern(request, start - BOUND, end));
    }

    private void show(String what, Request request, long end) {
        if (shown.size() < MAX_SHOWN) {
            shown.add(what + history(request, end));
        }
    }

    /** The time since the start, and the user's roles in the last half minute. */
    String history(Request request, long time) {
        return "; after " + Timeline.seconds(time - begun) + ", roles: "
                + request.truth().describe(request.scope(), time - BOUND - BOUND, time);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (int status = 0; status < STATUSES; status++) {
            if (byStatus.get(status) > 0) {
                text.append(text.isEmpty() ? "" : ", ")
                        .append(status)
                        .append(": ")
                        .append(byStatus.get(status));
            }
        }
        shown.forEach(line -> text.append("\n  ").append(line));
        return text.toString();
    }
}

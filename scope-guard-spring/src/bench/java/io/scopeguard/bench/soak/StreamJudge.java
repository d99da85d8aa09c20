package io.scopeguard.bench.soak;

import io.scopeguard.bench.live.tenant.Timeline;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Checks the end of every stream against the promises. A stream ends by a loss, with a last event, and never without one; each loss
 * ends it within the same bound that applies to the denial of a request. Thread-safe.
 */
final class StreamJudge {

    private static final int MAX_SHOWN = 20;
    private static final double SECOND = Duration.ofSeconds(1).toNanos();

    /** A read that shows a loss began after the stream was opened, or shortly before. */
    private static final long BEFORE = Judge.BOUND + Storms.LONGEST.toNanos();

    private final Judge judge;
    private final AtomicInteger opened = new AtomicInteger();
    private final AtomicInteger ended = new AtomicInteger();
    private final AtomicInteger wrong = new AtomicInteger();
    private final AtomicInteger overdue = new AtomicInteger();
    /** From a loss to the end, in nanoseconds. */
    private final Queue<Long> delays = new ConcurrentLinkedQueue<>();

    private final Queue<String> shown = new ConcurrentLinkedQueue<>();

    StreamJudge(Judge judge) {
        this.judge = judge;
    }

    void opened() {
        opened.incrementAndGet();
    }

    /**
     * A stream is open.
     *
     * @return whether it should have ended
     */
    boolean isOverdue(Request request, long now) {
        boolean isOverdue = judge.mustHaveEnded(request, now);
        if (isOverdue) {
            overdue.incrementAndGet();
            long loss = request.truth().unchangedSince(request.scope(), now);
            show(String.format(Locale.ROOT, "still open %.1f s after the loss: ", (now - loss) / SECOND)
                    + request.path() + " for " + request.entitlement() + judge.history(request, now));
        }
        return isOverdue;
    }

    /**
     * A stream has ended.
     *
     * @param opened when its request was sent
     * @param hasLastEvent whether the last event said why
     */
    void ended(Request request, boolean hasLastEvent, long opened, long now) {
        boolean isWithoutLoss = request.truth().isHeldThroughout(request.scope(), opened - BEFORE, now);
        if (!hasLastEvent || isWithoutLoss || judge.mustBeOpen(request, now)) {
            wrong.incrementAndGet();
            show((hasLastEvent ? "ended with the scope: " : "broken off: ") + request.path() + " for "
                    + request.entitlement() + judge.history(request, now));
        } else {
            ended.incrementAndGet();
            time(request, now);
        }
    }

    /** Times the end, unless a fault or a doubt delayed it, or the scope has come back meanwhile. */
    private void time(Request request, long now) {
        long loss = request.truth().unchangedSince(request.scope(), now);
        boolean isLoss = loss != Timeline.ALWAYS && request.truth().isLackedThroughout(request.scope(), loss, now);
        if (isLoss && judge.isPlain(request, now)) {
            delays.add(now - loss);
        }
    }

    /** Whether every end was right and in time, and there were some. */
    boolean isRight() {
        return wrong.get() == 0 && overdue.get() == 0 && !delays.isEmpty();
    }

    private static double seconds(List<Long> sorted, double share) {
        return sorted.isEmpty() ? 0 : sorted.get((int) (share * (sorted.size() - 1))) / SECOND;
    }

    private void show(String what) {
        if (shown.size() < MAX_SHOWN) {
            shown.add(what);
        }
    }

    @Override
    public String toString() {
        List<Long> sorted = delays.stream().sorted().toList();
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "%,d opened, %,d ended by a loss, %,d of them without a fault or a doubt: %.1f s after it (median), %.1f s (99 %%),"
                        + " %.1f s (maximum; %.0f s promised); %d ended wrongly, %d too late",
                opened.get(),
                ended.get(),
                sorted.size(),
                seconds(sorted, 0.5),
                seconds(sorted, 0.99),
                seconds(sorted, 1),
                Judge.BOUND / SECOND,
                wrong.get(),
                overdue.get()));
        shown.forEach(line -> text.append("\n  ").append(line));
        return text.toString();
    }
}

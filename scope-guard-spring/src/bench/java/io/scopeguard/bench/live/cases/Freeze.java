package io.scopeguard.bench.live.cases;

import io.scopeguard.bench.live.Figures;
import io.scopeguard.bench.live.LiveCase;
import io.scopeguard.bench.live.Stage;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The process is frozen for ten minutes, and some users lose a role meanwhile. All facts have expired. Until a user is read again,
 * the token decides, and the loss binds as if it had happened at the end of the freeze.
 *
 * @param tickerStops whether the monotonic clock stands still with it, as in a suspended virtual machine
 */
record Freeze(boolean tickerStops) implements LiveCase {

    private static final Duration TIME = Duration.ofMinutes(10);

    /** Half of it is longer than any request waits for the provider, so decisions are made before the first read. */
    private static final Duration SILENCE = Duration.ofSeconds(5);

    @Override
    public String title() {
        return tickerStops ? "frozen-machine" : "frozen-process";
    }

    @Override
    public void play(Stage stage) throws InterruptedException {
        stage.settle();
        RoleTaken.take(stage.tenant(), 1);
        stage.faults().latency(SILENCE);
        AtomicLong firstAnswer = new AtomicLong(Long.MAX_VALUE);
        stage.world().freeze(TIME, tickerStops);
        Stage.Mark thaw = stage.mark();
        // A read that began after the freeze is not answered earlier, and the guard drops the answers to earlier reads.
        long earliest = stage.world().nanos() + SILENCE.toNanos() / 2;
        stage.server().onAnswer(uri -> {
            long now = stage.world().nanos();
            if (now >= earliest) {
                firstAnswer.accumulateAndGet(now, Math::min);
            }
        });
        stage.pass(SILENCE.toSeconds());
        stage.faults().latency(stage.scene().latency());
        Figures first = stage.observe(2 * stage.sweep());
        stage.report("first", first);
        Figures after = stage.observe(
                Math.max(stage.promise(), stage.scene().options().measured().toSeconds()));
        stage.report("after", after);
        Figures all = stage.since(thaw);
        // By the tenant's clock. Until the first answer, all facts have expired.
        List<Long> unread = all.madeBefore(firstAnswer.get());
        stage.atLeast("decisions before any read", unread.get(0), 1);
        stage.atMost("live ones of these", unread.get(1), 0);
        stage.atMost("gone after", all.wronglyGrantedFor(), stage.promise());
        stage.requireNoWrongRefusal("since then", all);
        stage.atMost("age of any answer", all.age(100), stage.maxStale());
        stage.atLeast("after: live", after.live(), 0.999);
    }
}

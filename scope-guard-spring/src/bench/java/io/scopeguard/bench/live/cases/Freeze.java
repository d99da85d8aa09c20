package io.scopeguard.bench.live.cases;

import io.scopeguard.bench.live.Figures;
import io.scopeguard.bench.live.LiveCase;
import io.scopeguard.bench.live.Stage;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The process is frozen for ten minutes, and some lose a role meanwhile. All that it knew has expired: who cannot be read again at
 * once is judged by the token, and the loss binds as if it had been made at the thaw.
 *
 * @param tickerStops whether the monotonic clock stands still with it, as in a suspended virtual machine
 */
record Freeze(boolean tickerStops) implements LiveCase {

    private static final Duration TIME = Duration.ofMinutes(10);

    @Override
    public String title() {
        return tickerStops ? "frozen-machine" : "frozen-process";
    }

    @Override
    public void play(Stage stage) throws InterruptedException {
        stage.settle();
        RoleTaken.take(stage.tenant(), 1);
        AtomicLong firstAnswer = new AtomicLong(Long.MAX_VALUE);
        stage.world().freeze(TIME, tickerStops);
        Stage.Mark thaw = stage.mark();
        stage.server()
                .onAnswer(uri -> firstAnswer.accumulateAndGet(stage.world().nanos(), Math::min));
        Figures first = stage.observe(2 * stage.sweep());
        stage.report("first", first);
        Figures after = stage.observe(
                Math.max(stage.promise(), stage.scene().options().measured().toSeconds()));
        stage.report("after", after);
        Figures all = stage.since(thaw);
        // By the tenant's clock: until the first answer, nobody can know anything that has not expired.
        List<Long> unread = all.madeBefore(firstAnswer.get());
        stage.atLeast("decisions before any read", unread.get(0), 1);
        stage.atMost("live ones of these", unread.get(1), 0);
        stage.atMost("gone after", all.wronglyGrantedFor(), stage.promise());
        stage.requireNoWrongRefusal("since then", all);
        stage.atMost("age of any answer", all.age(100), stage.maxStale());
        stage.atLeast("after: live", after.live(), 0.999);
    }
}

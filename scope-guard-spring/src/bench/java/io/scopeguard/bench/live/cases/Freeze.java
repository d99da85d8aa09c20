package io.scopeguard.bench.live.cases;

import io.scopeguard.bench.live.Figures;
import io.scopeguard.bench.live.LiveCase;
import io.scopeguard.bench.live.Stage;
import java.time.Duration;

/**
 * The process is frozen for ten minutes, and some lose a role meanwhile: at its first request it must know that.
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
        stage.world().freeze(TIME, tickerStops);
        Figures first = stage.observe(2 * stage.sweep());
        stage.report("first", first);
        stage.requireRight("first", first);
        Figures after = stage.observe(stage.scene().options().measured().toSeconds());
        stage.report("after", after);
        stage.requireSteady("after", after);
    }
}

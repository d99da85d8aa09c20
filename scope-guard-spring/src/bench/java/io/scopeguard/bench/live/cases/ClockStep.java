package io.scopeguard.bench.live.cases;

import io.scopeguard.bench.live.Figures;
import io.scopeguard.bench.live.LiveCase;
import io.scopeguard.bench.live.Stage;
import java.time.Duration;

/** The wall clock is set by hours; some users lose a role at that moment. */
record ClockStep(String title, int hours) implements LiveCase {

    @Override
    public void play(Stage stage) throws InterruptedException {
        stage.settle();
        Stage.Mark begin = stage.mark();
        RoleTaken.take(stage.tenant(), 1);
        stage.world().step(Duration.ofHours(hours));
        Figures during = stage.observe(stage.promise() + stage.maxAge());
        stage.report("during", during);
        Figures after = stage.observe(stage.scene().options().measured().toSeconds());
        stage.report("after", after);
        stage.requireRight("since then", stage.since(begin));
        stage.requireSteady("after", after);
    }
}

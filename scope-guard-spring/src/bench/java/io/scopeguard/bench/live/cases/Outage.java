package io.scopeguard.bench.live.cases;

import io.scopeguard.bench.live.Figures;
import io.scopeguard.bench.live.LiveCase;
import io.scopeguard.bench.live.Stage;
import io.scopeguard.bench.live.tenant.Faults.Effect;

/** The provider is down for twice as long as live permissions may be used. Earlier losses stay in force. */
record Outage() implements LiveCase {

    @Override
    public String title() {
        return "outage";
    }

    @Override
    public void play(Stage stage) throws InterruptedException {
        stage.settle();
        RoleTaken.take(stage.tenant(), 1);
        stage.pass(stage.promise() + stage.maxAge());
        stage.faults().all(Effect.FAILED);
        Figures during = stage.observe(2 * stage.maxStale());
        stage.report("during", during);
        stage.requireRight("during", during);
        stage.requireNoLongWait("during", during);
        stage.faults().clear();
        Figures back = stage.observe(2 * stage.sweep());
        stage.report("back", back);
        stage.requireRight("back", back);
        Figures after = stage.observe(stage.scene().options().measured().toSeconds());
        stage.report("after", after);
        stage.requireSteady("after", after);
    }
}

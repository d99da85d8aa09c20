package io.scopeguard.bench.live.cases;

import io.scopeguard.bench.live.Figures;
import io.scopeguard.bench.live.LiveCase;
import io.scopeguard.bench.live.Scene;
import io.scopeguard.bench.live.Stage;
import java.time.Duration;

/** Every call is slow, and some users have lost a role. */
record SlowProvider() implements LiveCase {

    @Override
    public String title() {
        return "latency-300";
    }

    @Override
    public void prepare(Scene scene) {
        scene.addCrowd();
        scene.latency(Duration.ofMillis(300));
    }

    @Override
    public void play(Stage stage) throws InterruptedException {
        stage.settle();
        RoleTaken.take(stage.tenant(), 1);
        stage.pass(stage.promise() + stage.maxAge());
        Figures steady = stage.observe(stage.scene().options().measured().toSeconds());
        stage.report("steady", steady);
        stage.requireSteady("steady", steady);
    }
}

package io.scopeguard.bench.live.cases;

import io.scopeguard.bench.live.Figures;
import io.scopeguard.bench.live.LiveCase;
import io.scopeguard.bench.live.Stage;

/** A new process to which all users send requests at once, and then its steady state. Repeated, because results may vary. */
record ColdStart() implements LiveCase {

    @Override
    public String title() {
        return "cold-start";
    }

    @Override
    public void play(Stage stage) throws InterruptedException {
        double least = Double.MAX_VALUE;
        double most = 0;
        for (int round = 1; round <= stage.scene().options().repeat(); round++) {
            Figures steady = start(stage, round);
            double single = steady.calls().of("member-search", "member-roles", "user", "user-organizations");
            least = Math.min(least, single);
            most = Math.max(most, single);
        }
        stage.atMost(
                "difference of single reads a second between starts",
                (most - least) / stage.scene().options().measured().toSeconds(),
                1);
    }

    private static Figures start(Stage stage, int round) throws InterruptedException {
        stage.start();
        Figures start = stage.observe(stage.sweep());
        stage.report("start " + round, start);
        stage.requireNoWrongRefusal("start " + round, start);
        Figures first = stage.observe(stage.maxAge());
        stage.report("after a sweep " + round, first);
        stage.requireSteady("after a sweep " + round, first);
        Figures steady = stage.observe(stage.scene().options().measured().toSeconds());
        stage.report("steady " + round, steady);
        stage.requireSteady("steady " + round, steady);
        stage.requireNoLongWait("steady " + round, steady);
        return steady;
    }
}

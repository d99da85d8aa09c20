package io.scopeguard.bench.live.cases;

import io.scopeguard.bench.live.Figures;
import io.scopeguard.bench.live.LiveCase;
import io.scopeguard.bench.live.Scene;
import io.scopeguard.bench.live.Stage;
import io.scopeguard.bench.live.tenant.Tenant;

/** Many users lose a role at once, without a webhook. */
record RoleTaken(int percent) implements LiveCase {

    private static final double LIVE = 0.99;

    @Override
    public String title() {
        return "role-taken-" + percent;
    }

    @Override
    public void play(Stage stage) throws InterruptedException {
        stage.settle();
        Stage.Mark taken = stage.mark();
        take(stage.tenant(), percent);
        Figures during = stage.observe(stage.promise() + stage.maxAge());
        stage.report("during", during);
        Figures after = stage.observe(stage.scene().options().measured().toSeconds());
        stage.report("after", after);
        Figures all = stage.since(taken);
        stage.atMost("gone after", all.goneAfter(), stage.promise());
        stage.atLeast("live in the worst second", all.worstSecond(), LIVE);
        stage.requireNoLongWait("since then", all);
        stage.requireRight("since then", all);
        stage.requireSteady("after", after);
    }

    /** Users of all organizations. */
    static void take(Tenant tenant, int percent) {
        var holders = tenant.holdersOf(Scene.EDITOR);
        tenant.change(() -> {
            for (int i = 0; i < holders.size(); i++) {
                if (i % 100 < percent) {
                    tenant.takeRole(holders.get(i).getValue(), holders.get(i).getKey(), Scene.EDITOR);
                }
            }
        });
    }
}

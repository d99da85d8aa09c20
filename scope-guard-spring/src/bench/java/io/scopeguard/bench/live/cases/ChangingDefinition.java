package io.scopeguard.bench.live.cases;

import io.scopeguard.bench.live.Figures;
import io.scopeguard.bench.live.LiveCase;
import io.scopeguard.bench.live.Scene;
import io.scopeguard.bench.live.Stage;
import io.scopeguard.scope.Audience;
import java.util.Set;

/** An unrelated role changes all the time while some users lose their role. The changes must not delay the loss. */
record ChangingDefinition() implements LiveCase {

    private static final double EVERY = 20;
    private static final Set<String> COMING_AND_GOING = Set.of("export:report");

    @Override
    public String title() {
        return "changing-definition";
    }

    @Override
    public void play(Stage stage) throws InterruptedException {
        stage.settle();
        Stage.Mark begin = stage.mark();
        double step = EVERY / stage.scene().options().scale();
        for (double passed = 0; passed < stage.promise() + stage.maxAge(); passed += step) {
            toggle(stage);
            if (passed == 0) {
                RoleTaken.take(stage.tenant(), 10);
            }
            stage.pass(step);
        }
        Figures during = stage.since(begin);
        stage.report("during", during);
        stage.requireRight("during", during);
        stage.requireNoLongWait("during", during);
        stage.atLeast("live in the worst second", during.worstSecond(), 0.99);
        stage.atMost("gone after", during.goneAfter(), stage.promise());
    }

    private static void toggle(Stage stage) {
        stage.tenant().change(() -> {
            if (!stage.tenant().removeScopes(Scene.ADMIN, Audience.ORGANIZATION, COMING_AND_GOING)) {
                stage.tenant().addScopes(Scene.ADMIN, Audience.ORGANIZATION, COMING_AND_GOING);
            }
        });
    }
}

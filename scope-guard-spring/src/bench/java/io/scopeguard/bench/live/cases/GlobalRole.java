package io.scopeguard.bench.live.cases;

import io.scopeguard.bench.live.Figures;
import io.scopeguard.bench.live.LiveCase;
import io.scopeguard.bench.live.Scene;
import io.scopeguard.bench.live.Stage;
import io.scopeguard.bench.live.tenant.Tenant;
import java.util.Set;

/** A global role with a scope of the API's resource is created. Some or none of the users hold it. */
record GlobalRole(int percent) implements LiveCase {

    private static final String AUDITOR = "auditor";
    private static final double UNHELD = 0.05;
    private static final double HELD = 0.1;

    @Override
    public String title() {
        return "global-role-" + percent;
    }

    @Override
    public void prepare(Scene scene) {
        scene.addCrowd();
        scene.ampleCalls(3);
    }

    @Override
    public void play(Stage stage) throws InterruptedException {
        Tenant tenant = stage.tenant();
        // So long that reads at the boundaries hardly matter.
        double measured = 2 * stage.scene().options().measured().toSeconds();
        stage.settle();
        Figures before = stage.observe(measured);
        stage.report("before", before);
        tenant.change(() -> {
            tenant.addGlobalScopes(AUDITOR, Scene.API, Set.of(Scene.READ_DOCUMENT));
            for (int user = 0; user < stage.scene().options().users(); user++) {
                if (user % 100 < percent) {
                    tenant.giveGlobalRole(Scene.user(user), AUDITOR);
                }
            }
        });
        stage.pass(2 * stage.sweep());
        Figures after = stage.observe(measured);
        stage.report("after", after);
        stage.atMost(
                "further calls", after.callsPerSecond() / before.callsPerSecond() - 1, percent == 0 ? UNHELD : HELD);
        stage.requireSteady("after", after);
    }
}

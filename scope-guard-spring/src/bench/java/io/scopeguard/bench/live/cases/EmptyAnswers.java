package io.scopeguard.bench.live.cases;

import io.scopeguard.bench.live.Caller;
import io.scopeguard.bench.live.Figures;
import io.scopeguard.bench.live.LiveCase;
import io.scopeguard.bench.live.Scene;
import io.scopeguard.bench.live.Stage;
import io.scopeguard.bench.live.tenant.Entitlement;
import io.scopeguard.bench.live.tenant.Faults.Effect;
import java.util.List;
import java.util.Set;

/** For five seconds, lists are empty. No user has lost anything, except for some that lose a role while no read can show it. */
record EmptyAnswers(String what, String... kinds) implements LiveCase {

    private static final String AUDITOR = "auditor";
    private static final String AUDIT = "audit:document";
    private static final double SECONDS = 5;

    /** The time until an implausible answer is believed. */
    private static final double DOUBT = 60;

    @Override
    public String title() {
        return "empty-" + what;
    }

    /** Includes holders of a global role, who use it in tokens with and without an organization. */
    @Override
    public void prepare(Scene scene) {
        scene.addCrowd();
        scene.tenant().change(() -> {
            scene.tenant().addGlobalScopes(AUDITOR, Scene.API, Set.of(AUDIT));
            for (int i = 0; i < auditors(scene); i++) {
                scene.tenant().giveGlobalRole(Scene.user(i), AUDITOR);
            }
        });
        for (int i = 0; i < auditors(scene); i++) {
            scene.addCaller(new Caller(List.of(
                    scene.ask(new Entitlement(Scene.user(i), null, Scene.API), AUDIT),
                    scene.ask(new Entitlement(Scene.user(i), Scene.organization(0), Scene.API), AUDIT))));
        }
        scene.allowFurtherCalls(5);
    }

    @Override
    public void play(Stage stage) throws InterruptedException {
        stage.settle();
        // An earlier loss must stay in force during the empty answers and afterwards.
        RoleTaken.take(stage.tenant(), 1);
        stage.pass(stage.promise() + stage.maxAge());
        Stage.Mark begin = stage.mark();
        stage.faults().some(Effect.EMPTY, kinds);
        Figures during = stage.observe(SECONDS);
        stage.report("during", during);
        RoleTaken.take(stage.tenant(), 1);
        stage.faults().clear();
        Figures after = stage.observe(DOUBT + stage.promise() + stage.maxAge());
        stage.report("after", after);
        Figures all = stage.since(begin);
        stage.requireNoWrongRefusal("since then", all);
        stage.requireNoLongWait("since then", all);
        stage.atMost("wrong grants of what was lost before", all.wrongGrants(stage.promise(), begin.nanos()), 0);
        stage.atMost("gone after", all.goneAfter(), DOUBT + stage.promise());
    }

    private static int auditors(Scene scene) {
        return scene.options().users() / 20;
    }
}

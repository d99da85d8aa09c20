package io.scopeguard.bench.live.cases;

import io.scopeguard.bench.live.Figures;
import io.scopeguard.bench.live.LiveCase;
import io.scopeguard.bench.live.Scene;
import io.scopeguard.bench.live.Stage;
import io.scopeguard.bench.live.tenant.Faults.Effect;
import io.scopeguard.bench.live.tenant.Tenant;
import io.scopeguard.scope.Audience;
import java.util.Set;

/**
 * A scope moves to a role that was assigned to its holders just before, so no right is ever lost. New definitions with old roles
 * would look like a loss for all users.
 *
 * @param outage whether members cannot be read from then on
 */
record RoleSplit(boolean outage) implements LiveCase {

    private static final String WRITER = "writer";

    @Override
    public String title() {
        return outage ? "role-split-outage" : "role-split";
    }

    @Override
    public void play(Stage stage) throws InterruptedException {
        Tenant tenant = stage.tenant();
        stage.settle();
        if (outage) {
            stage.faults()
                    .some(Effect.FAILED, "members", "member-search", "member-roles", "user", "user-organizations");
        }
        Stage.Mark begin = stage.mark();
        tenant.change(() -> {
            tenant.addScopes(WRITER, Audience.ORGANIZATION, Set.of(Scene.WRITE));
            tenant.holdersOf(Scene.EDITOR)
                    .forEach(holder -> tenant.giveRole(holder.getValue(), holder.getKey(), WRITER));
        });
        stage.pass(1);
        tenant.change(() -> tenant.removeScopes(Scene.EDITOR, Audience.ORGANIZATION, Set.of(Scene.WRITE)));
        Figures during = stage.observe(stage.promise() + stage.maxAge());
        stage.report("during", during);
        stage.faults().clear();
        Figures after = stage.observe(stage.promise() + stage.maxAge());
        stage.report("after", after);
        stage.requireNoWrongRefusal("since then", stage.since(begin));
        stage.requireNoLongWait("since then", stage.since(begin));
    }
}

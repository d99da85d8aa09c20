package io.scopeguard.bench.live.cases;

import io.scopeguard.bench.live.Figures;
import io.scopeguard.bench.live.LiveCase;
import io.scopeguard.bench.live.Scene;
import io.scopeguard.bench.live.Stage;
import io.scopeguard.scope.Audience;
import java.util.Locale;
import java.util.Set;

/** A role loses a scope, or is deleted: all users lose a right, which a few reads of the definitions show. */
record DefinitionChange(Change change) implements LiveCase {

    enum Change {
        EDITED,
        DELETED
    }

    private static final double FURTHER_READS = 2;

    @Override
    public String title() {
        return "role-" + change.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public void play(Stage stage) throws InterruptedException {
        stage.settle();
        double period = stage.promise() + stage.maxAge();
        Figures before = stage.observe(period);
        Stage.Mark changed = stage.mark();
        stage.tenant().change(() -> apply(stage));
        Figures during = stage.observe(period);
        stage.report("during", during);
        Figures after = stage.observe(stage.scene().options().measured().toSeconds());
        stage.report("after", after);
        Figures all = stage.since(changed);
        stage.atMost("gone after", all.goneAfter(), stage.promise());
        stage.atMost("further reads of definitions", definitions(during) - definitions(before), FURTHER_READS);
        stage.requireNoLongWait("since then", all);
        stage.requireRight("since then", all);
        stage.atLeast("since then: live", all.live(), 0.999);
        stage.requireSteady("after", after);
    }

    private void apply(Stage stage) {
        if (change == Change.EDITED) {
            stage.tenant().removeScopes(Scene.EDITOR, Audience.ORGANIZATION, Set.of(Scene.WRITE));
        } else {
            stage.tenant().deleteRole(Scene.EDITOR);
        }
    }

    private static long definitions(Figures figures) {
        return figures.calls().of("organization-roles");
    }
}

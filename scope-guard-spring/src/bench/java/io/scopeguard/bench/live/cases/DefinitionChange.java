package io.scopeguard.bench.live.cases;

import io.scopeguard.bench.live.Figures;
import io.scopeguard.bench.live.LiveCase;
import io.scopeguard.bench.live.Scene;
import io.scopeguard.bench.live.Stage;
import io.scopeguard.scope.Audience;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/** A role loses a scope, or is deleted: all users lose a right, which a few reads of the definitions show. */
record DefinitionChange(Change change) implements LiveCase {

    enum Change {
        EDITED,
        DELETED
    }

    private static final double FURTHER_READS = 2;

    /**
     * A read this part of the maximum age after the last one, or later, may be due because of the age. The number of those differs
     * between periods of the same length.
     */
    private static final double DUE = 0.7;

    @Override
    public String title() {
        return "role-" + change.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public void play(Stage stage) throws InterruptedException {
        List<Long> reads = new CopyOnWriteArrayList<>();
        stage.server().onAnswer(uri -> {
            if (uri.getPath().endsWith("/organization-roles")) {
                reads.add(stage.world().nanos());
            }
        });
        stage.settle();
        Stage.Mark changed = stage.mark();
        stage.tenant().change(() -> apply(stage));
        Figures during = stage.observe(stage.promise() + stage.maxAge());
        stage.atMost("further reads of definitions", further(reads, changed, DUE * stage.maxAge()), FURTHER_READS);
        stage.report("during", during);
        Figures after = stage.observe(stage.scene().options().measured().toSeconds());
        stage.report("after", after);
        Figures all = stage.since(changed);
        stage.atMost("gone after", all.goneAfter(), stage.promise());
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

    /** The reads since the change that were not due because of the definitions' age. */
    private static int further(List<Long> reads, Stage.Mark changed, double due) {
        int further = 0;
        for (int i = 1; i < reads.size(); i++) {
            boolean isDue = reads.get(i) - reads.get(i - 1) >= due * 1e9;
            further += reads.get(i) > changed.nanos() && !isDue ? 1 : 0;
        }
        return further;
    }
}

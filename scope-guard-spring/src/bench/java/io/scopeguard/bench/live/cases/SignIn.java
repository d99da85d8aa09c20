package io.scopeguard.bench.live.cases;

import io.scopeguard.bench.live.Caller;
import io.scopeguard.bench.live.Figures;
import io.scopeguard.bench.live.LiveCase;
import io.scopeguard.bench.live.Load;
import io.scopeguard.bench.live.Scene;
import io.scopeguard.bench.live.Stage;
import io.scopeguard.bench.live.tenant.Entitlement;
import io.scopeguard.scope.Audience;
import java.util.ArrayList;
import java.util.List;

/** Unknown users have just signed in. Their tokens show the provider's current state, so their requests do not wait. */
record SignIn() implements LiveCase {

    private static final int USERS = 200;

    /** The limit for a decision on a busy machine. */
    private static final double AT_ONCE = 0.1;

    @Override
    public String title() {
        return "sign-in";
    }

    @Override
    public void prepare(Scene scene) {
        scene.addCrowd();
        scene.tenant().change(() -> {
            for (int i = 0; i < USERS; i++) {
                scene.tenant().addMember(newcomersOrganization(i), newcomer(i), List.of(Scene.VIEWER, Scene.EDITOR));
            }
        });
    }

    @Override
    public void play(Stage stage) throws InterruptedException {
        stage.settle();
        List<Caller> signedIn = new ArrayList<>();
        for (int i = 0; i < USERS; i++) {
            Entitlement own = new Entitlement(newcomer(i), newcomersOrganization(i), Audience.ORGANIZATION);
            signedIn.add(new Caller(
                    List.of(stage.scene().ask(own, Scene.WRITE, stage.world().instant()))));
        }
        Stage.Mark begin = stage.mark();
        try (Load load = stage.load(signedIn, 8, USERS, true)) {
            stage.pass(stage.maxAge() / 2);
            Figures first = stage.since(begin, load);
            stage.report("newcomers", first);
            stage.requireRight("newcomers", first);
            stage.atMost("newcomers: wait p99", first.waited(99), AT_ONCE);
        }
    }

    /** Members of separate organizations, which are on no page of the crowd. */
    private static String newcomersOrganization(int number) {
        return "neworg" + (1000 + number % 50);
    }

    private static String newcomer(int number) {
        return "newuser" + (10_000 + number);
    }
}

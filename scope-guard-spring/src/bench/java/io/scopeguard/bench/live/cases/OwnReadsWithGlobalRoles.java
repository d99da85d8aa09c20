package io.scopeguard.bench.live.cases;

import io.scopeguard.bench.live.Caller;
import io.scopeguard.bench.live.Figures;
import io.scopeguard.bench.live.LiveCase;
import io.scopeguard.bench.live.Scene;
import io.scopeguard.bench.live.Stage;
import io.scopeguard.bench.live.tenant.Entitlement;
import io.scopeguard.bench.live.tenant.Tenant;
import io.scopeguard.logto.Logto;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** The same with a hundred global roles, of which a user holds up to five, at the default limit on calls. */
record OwnReadsWithGlobalRoles() implements LiveCase {

    private static final int ROLES = 100;
    private static final int HELD = 5;
    private static final int USERS = 6;

    /** Membership, account, and the only page of organization roles; one more call for each global role held. */
    private static final double CALLS = 2 + 1;

    @Override
    public String title() {
        return "own-reads-global-roles";
    }

    @Override
    public void prepare(Scene scene) {
        Tenant tenant = scene.tenant();
        scene.addCrowd(USERS, 1);
        tenant.change(() -> {
            for (int role = 0; role < ROLES; role++) {
                tenant.addGlobalScopes("global" + role, Scene.API, Set.of("use" + role));
            }
            for (int user = 0; user < USERS; user++) {
                for (int role = 0; role < Math.min(user, HELD); role++) {
                    tenant.giveGlobalRole(Scene.user(user), "global" + role);
                }
            }
        });
        scene.ages(Duration.ofSeconds(30), Duration.ofMinutes(5));
        scene.callsPerSecond(Logto.DEFAULT_CALLS_PER_SECOND);
    }

    @Override
    public void play(Stage stage) throws InterruptedException {
        stage.startProcess();
        stage.report("first", stage.observe(List.of(caller(stage.scene(), 0)), 1, 1, 10));
        for (int user = 0; user < USERS; user++) {
            // As often as the limit on calls allows.
            Figures own = stage.observe(List.of(caller(stage.scene(), user)), 1, 0.25, 20);
            stage.report(user + " held", own);
            stage.requireRight(user + " held", own);
            stage.atMost(user + " held: calls a grant", calls(own), CALLS + Math.min(user, HELD));
        }
    }

    private static Caller caller(Scene scene, int user) {
        Entitlement entitlement = new Entitlement(Scene.user(user), Scene.organization(0), Scene.API);
        return new Caller(List.of(scene.askAnew(entitlement, Scene.WRITE_DOCUMENT)));
    }

    private static double calls(Figures own) {
        return (double) own.calls().total() / Math.max(own.granted(), 1);
    }
}

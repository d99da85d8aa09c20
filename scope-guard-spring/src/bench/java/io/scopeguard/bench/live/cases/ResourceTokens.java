package io.scopeguard.bench.live.cases;

import io.scopeguard.bench.live.Caller;
import io.scopeguard.bench.live.Figures;
import io.scopeguard.bench.live.LiveCase;
import io.scopeguard.bench.live.Load;
import io.scopeguard.bench.live.Scene;
import io.scopeguard.bench.live.Stage;
import io.scopeguard.bench.live.tenant.Entitlement;
import io.scopeguard.bench.live.tenant.Tenant;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** The number of calls for thirty users of thirty organizations with API resource tokens, and a few global roles. */
record ResourceTokens() implements LiveCase {

    private static final int USERS = 30;
    private static final int ROLES = 5;

    /**
     * One call for each user, and the calls for all users together: lists of roles, scopes, resources, and the holders of each
     * role.
     */
    private static final double CALLS_PER_USER = 1;

    private static final double CALLS_FOR_ALL = 4 + 2 * ROLES;

    @Override
    public String title() {
        return "resource-tokens";
    }

    @Override
    public void prepare(Scene scene) {
        Tenant tenant = scene.tenant();
        tenant.change(() -> {
            tenant.addScopes(Scene.EDITOR, Scene.API, Set.of(Scene.WRITE_DOCUMENT));
            for (int role = 0; role < ROLES; role++) {
                tenant.addGlobalScopes("global" + role, Scene.API, Set.of(Scene.READ_DOCUMENT));
            }
            for (int user = 0; user < USERS; user++) {
                tenant.addMember(Scene.organization(user), Scene.user(user), List.of(Scene.EDITOR));
                tenant.giveGlobalRole(Scene.user(user), "global" + user % ROLES);
            }
        });
        scene.callsPerSecond(20);
    }

    @Override
    public void play(Stage stage) throws InterruptedException {
        measure(stage, true);
        measure(stage, false);
    }

    private static void measure(Stage stage, boolean ofOrganization) throws InterruptedException {
        List<Caller> callers = IntStream.range(0, USERS)
                .mapToObj(user ->
                        new Entitlement(Scene.user(user), ofOrganization ? Scene.organization(user) : null, Scene.API))
                .map(entitlement -> new Caller(List.of(stage.scene().ask(entitlement, Scene.READ_DOCUMENT))))
                .toList();
        stage.startProcess();
        String what = ofOrganization ? "organization" : "global";
        try (Load load = stage.load(callers, 8, 10 * USERS, true)) {
            stage.pass(2 * stage.maxAge());
            Stage.Mark begin = stage.mark();
            stage.pass(4 * stage.maxAge());
            Figures steady = stage.since(begin, load);
            stage.report(what, steady);
            stage.requireRight(what, steady);
            stage.atMost(
                    what + ": calls in an interval",
                    steady.callsPerSecond() * stage.maxAge(),
                    // Reads begin after three quarters of the age.
                    4 / 3.0 * ((ofOrganization ? CALLS_PER_USER * USERS : 0) + CALLS_FOR_ALL));
        }
    }
}

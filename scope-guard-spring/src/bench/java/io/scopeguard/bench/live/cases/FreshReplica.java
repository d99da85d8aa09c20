package io.scopeguard.bench.live.cases;

import io.scopeguard.bench.live.Ask;
import io.scopeguard.bench.live.Caller;
import io.scopeguard.bench.live.Figures;
import io.scopeguard.bench.live.LiveCase;
import io.scopeguard.bench.live.Load;
import io.scopeguard.bench.live.Scene;
import io.scopeguard.bench.live.Stage;
import io.scopeguard.bench.live.tenant.Entitlement;
import io.scopeguard.bench.live.tenant.Tenant;
import io.scopeguard.logto.Logto;
import io.scopeguard.scope.Audience;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * A new replica with default ages and the default limit on calls, and simultaneous requests of sixty users of twenty organizations.
 * Twenty of them have lost their right before.
 *
 * @param global whether they send global API resource tokens
 */
record FreshReplica(boolean global) implements LiveCase {

    private static final int USERS = 60;
    private static final int ORGANIZATIONS = 20;
    private static final int REVOKED_EVERY = 3;
    private static final int GLOBAL_ROLES = 5;
    private static final double REFUSED_AFTER = 6;
    private static final double OBSERVED = 20;

    @Override
    public String title() {
        return global ? "fresh-replica-resource" : "fresh-replica-organization";
    }

    @Override
    public void prepare(Scene scene) {
        Tenant tenant = scene.tenant();
        tenant.change(() -> {
            tenant.addScopes(Scene.EDITOR, Audience.ORGANIZATION, Set.of(Scene.WRITE));
            tenant.addScopes(Scene.EDITOR, Scene.API, Set.of(Scene.WRITE_DOCUMENT));
            IntStream.range(0, GLOBAL_ROLES)
                    .forEach(role -> tenant.addGlobalScopes(role(role), Scene.API, Set.of(Scene.WRITE_DOCUMENT)));
            for (int user = 0; user < USERS; user++) {
                tenant.addMember(Scene.organization(user % ORGANIZATIONS), Scene.user(user), List.of(Scene.EDITOR));
                tenant.giveGlobalRole(Scene.user(user), role(user));
            }
        });
        scene.ages(Duration.ofSeconds(30), Duration.ofMinutes(5));
        scene.callsPerSecond(Logto.DEFAULT_CALLS_PER_SECOND);
    }

    @Override
    public void play(Stage stage) throws InterruptedException {
        List<Caller> callers = IntStream.range(0, USERS)
                .mapToObj(user -> new Caller(List.of(ask(stage.scene(), user))))
                .toList();
        stage.tenant().change(() -> revoke(stage.tenant()));
        // The loss is old, so it binds at once.
        stage.world().freeze(Duration.ofMinutes(10), false);
        stage.startProcess();
        Stage.Mark begin = stage.mark();
        try (Load load = stage.load(callers, USERS, 4 * USERS, true)) {
            stage.pass(REFUSED_AFTER);
            Stage.Mark bound = stage.mark();
            stage.report("first", stage.since(begin, load));
            stage.pass(OBSERVED - REFUSED_AFTER);
            Figures later = stage.since(bound, load);
            stage.report("later", later);
            Figures all = stage.since(begin, load);
            stage.atMost("all refused after", all.wronglyGrantedFor(), REFUSED_AFTER);
            stage.atMost("wrong refusals", all.wrongRefusals(), 0);
            stage.atMost("503 later", later.unavailable(), 0);
        }
    }

    private Ask ask(Scene scene, int user) {
        return global
                ? scene.ask(new Entitlement(Scene.user(user), null, Scene.API), Scene.WRITE_DOCUMENT)
                : scene.ask(
                        new Entitlement(
                                Scene.user(user), Scene.organization(user % ORGANIZATIONS), Audience.ORGANIZATION),
                        Scene.WRITE);
    }

    private static void revoke(Tenant tenant) {
        for (int user = 0; user < USERS; user += REVOKED_EVERY) {
            tenant.takeRole(Scene.organization(user % ORGANIZATIONS), Scene.user(user), Scene.EDITOR);
            tenant.takeGlobalRole(Scene.user(user), role(user));
        }
    }

    private static String role(int number) {
        return "global" + number % GLOBAL_ROLES;
    }
}

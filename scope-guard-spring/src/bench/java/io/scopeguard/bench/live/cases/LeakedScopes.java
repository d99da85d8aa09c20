package io.scopeguard.bench.live.cases;

import io.scopeguard.bench.live.Caller;
import io.scopeguard.bench.live.Figures;
import io.scopeguard.bench.live.LiveCase;
import io.scopeguard.bench.live.Load;
import io.scopeguard.bench.live.Scene;
import io.scopeguard.bench.live.Stage;
import io.scopeguard.bench.live.tenant.Entitlement;
import io.scopeguard.bench.live.tenant.Tenant;
import io.scopeguard.logto.Logto;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * A new process receives global API resource tokens with a scope that their users hold in an organization only, with forty global
 * roles and a slow provider. Not even the first request may be granted.
 */
record LeakedScopes() implements LiveCase {

    private static final int ROLES = 40;
    private static final int USERS = 8;
    private static final String AUDIT = "audit:document";
    private static final double SECONDS = 20;

    @Override
    public String title() {
        return "leaked-scopes";
    }

    @Override
    public void prepare(Scene scene) {
        Tenant tenant = scene.tenant();
        scene.addCrowd(USERS, 1);
        tenant.change(() -> {
            IntStream.range(0, ROLES)
                    .forEach(role -> tenant.addGlobalScopes("global" + role, Scene.API, Set.of("use" + role)));
            tenant.addGlobalScopes("auditor", Scene.API, Set.of(AUDIT));
            IntStream.range(0, USERS).forEach(user -> tenant.giveGlobalRole(Scene.user(user), "auditor"));
        });
        scene.ages(Duration.ofSeconds(30), Duration.ofMinutes(5));
        scene.callsPerSecond(Logto.DEFAULT_CALLS_PER_SECOND);
        scene.latency(Duration.ofMillis(200));
    }

    @Override
    public void play(Stage stage) throws InterruptedException {
        List<Caller> leaked = IntStream.range(0, USERS)
                .mapToObj(user -> new Entitlement(Scene.user(user), null, Scene.API))
                .map(entitlement -> new Caller(
                        List.of(stage.scene().ask(entitlement, Scene.WRITE_DOCUMENT, Set.of(Scene.WRITE_DOCUMENT)))))
                .toList();
        List<Caller> held = IntStream.range(0, USERS)
                .mapToObj(user -> new Entitlement(Scene.user(user), null, Scene.API))
                .map(entitlement -> new Caller(List.of(stage.scene().ask(entitlement, AUDIT))))
                .toList();
        stage.startProcess();
        Stage.Mark begin = stage.mark();
        try (Load wrong = stage.load(leaked, USERS, USERS, true);
                Load right = stage.load(held, USERS, USERS, true)) {
            stage.pass(SECONDS);
            Figures leaks = stage.since(begin, wrong);
            Figures global = stage.since(begin, right);
            stage.report("leaked", leaks);
            stage.report("held", global);
            stage.atMost("leaked scopes granted", leaks.granted(), 0);
            stage.atMost("wrong refusals", global.wrongRefusals(), 0);
            stage.atMost("held: wait p99", global.waited(99), 2.5);
        }
    }
}

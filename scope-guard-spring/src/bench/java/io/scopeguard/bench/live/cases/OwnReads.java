package io.scopeguard.bench.live.cases;

import io.scopeguard.bench.live.Caller;
import io.scopeguard.bench.live.Figures;
import io.scopeguard.bench.live.LiveCase;
import io.scopeguard.bench.live.Load;
import io.scopeguard.bench.live.Scene;
import io.scopeguard.bench.live.Stage;
import io.scopeguard.bench.live.tenant.Entitlement;
import io.scopeguard.scope.Audience;
import java.util.List;

/**
 * A few users call a handler once a second that requires an individual read for every request. Other users must hardly be affected.
 */
record OwnReads() implements LiveCase {

    private static final int USERS = 4;
    private static final double OTHERS_AGE = 1.2;

    /** Of the calls per second, individual reads may take this share. */
    private static final double OWN_SHARE = 0.1;

    /** For the membership, and for the roles. */
    private static final int CALLS = 2;

    private static final double OF_THE_SHARE = 0.9;

    @Override
    public String title() {
        return "own-reads";
    }

    @Override
    public void play(Stage stage) throws InterruptedException {
        double measured = stage.scene().options().measured().toSeconds();
        stage.settle();
        Figures before = stage.observe(measured);
        stage.report("before", before);
        String home = Scene.organization(0);
        List<Caller> callers = stage.tenant().members(home).stream()
                .limit(USERS)
                .map(user -> new Entitlement(user, home, Audience.ORGANIZATION))
                .map(entitlement -> new Caller(List.of(stage.scene().askAnew(entitlement, Scene.READ))))
                .toList();
        Load load = stage.load(callers, USERS, USERS, false);
        stage.pass(stage.maxAge());
        Stage.Mark begin = stage.mark();
        Figures others = stage.observe(measured);
        stage.report("others", others);
        Figures own = stage.since(begin, load);
        load.close();
        stage.report("own", own);
        // The budget has no room for eight more calls per second. Some requests get 503, none is denied wrongly.
        stage.atMost("own: wrong grants", own.wrongGrants(0), 0);
        stage.atMost("own: wrong refusals", own.wrongRefusals(), 0);
        double answered = OWN_SHARE * stage.callsPerSecond() / CALLS / USERS;
        stage.atLeast("own: answered", own.live(), OF_THE_SHARE * answered);
        stage.atMost("others' age p99 in proportion", others.age(99) / before.age(99), OTHERS_AGE);
        stage.requireSteady("others", others);
    }
}

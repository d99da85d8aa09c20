package io.scopeguard.bench.live.cases;

import io.scopeguard.bench.live.Caller;
import io.scopeguard.bench.live.Figures;
import io.scopeguard.bench.live.LiveCase;
import io.scopeguard.bench.live.Scene;
import io.scopeguard.bench.live.Stage;
import io.scopeguard.bench.live.tenant.Entitlement;
import io.scopeguard.scope.Audience;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The first requests of unknown users. Tokens of users who have just signed in show the provider's current state, so that these
 * requests do not wait. Users with an older token wait once for the provider.
 */
record SignIn() implements LiveCase {

    /** As many with a new token, and as many with an older one. */
    private static final int USERS = 200;

    private static final int THREADS = 8;

    /** So few that only the first requests count. */
    private static final double FURTHER_REQUESTS = 0.1;

    /** The limit for a decision on a busy machine. */
    private static final double AT_ONCE = 0.1;

    /** Requests for members of an organization that nobody has asked for yet may wait for a page, and then for a single read. */
    private static final int CALLS = 3;

    @Override
    public String title() {
        return "sign-in";
    }

    @Override
    public void prepare(Scene scene) {
        scene.addCrowd();
        scene.tenant().change(() -> {
            for (int i = 0; i < 2 * USERS; i++) {
                scene.tenant().addMember(newcomersOrganization(i), newcomer(i), List.of(Scene.VIEWER, Scene.EDITOR));
            }
        });
    }

    @Override
    public void play(Stage stage) throws InterruptedException {
        stage.settle();
        Figures signedIn = first(stage, "new tokens", 0, stage.world().instant());
        stage.atMost("new tokens: wait p50", signedIn.waited(50), AT_ONCE / 2);
        stage.atMost("new tokens: wait p99", signedIn.waited(99), AT_ONCE);
        Figures older = first(stage, "older tokens", USERS, null);
        double latency = stage.scene().latency().toNanos() / 1e9;
        stage.atMost("older tokens: wait p50", older.waited(50), CALLS * latency + AT_ONCE);
        stage.atMost("older tokens: wait p99", older.waited(99), CALLS * latency + 2 * AT_ONCE);
    }

    /** @param issuedAt the time at which the tokens were issued, or {@code null} for long ago */
    private static Figures first(Stage stage, String what, int from, @Nullable Instant issuedAt)
            throws InterruptedException {
        List<Caller> callers = new ArrayList<>();
        for (int i = from; i < from + USERS; i++) {
            Entitlement own = new Entitlement(newcomer(i), newcomersOrganization(i), Audience.ORGANIZATION);
            callers.add(new Caller(List.of(
                    issuedAt == null
                            ? stage.scene().ask(own, Scene.WRITE)
                            : stage.scene().ask(own, Scene.WRITE, issuedAt))));
        }
        Figures first = stage.observe(callers, THREADS, FURTHER_REQUESTS, stage.maxAge());
        stage.report(what, first);
        stage.requireRight(what, first);
        stage.atLeast(what + ": first requests", first.decisions(), USERS);
        return first;
    }

    /** One for each, because a page would serve the other members, too. */
    private static String newcomersOrganization(int number) {
        return "neworg" + (1000 + number);
    }

    private static String newcomer(int number) {
        return "newuser" + (10_000 + number);
    }
}

package io.scopeguard.bench.live.cases;

import io.scopeguard.bench.live.Figures;
import io.scopeguard.bench.live.LiveCase;
import io.scopeguard.bench.live.Scene;
import io.scopeguard.bench.live.Stage;
import io.scopeguard.bench.live.tenant.Tenant;
import java.net.URI;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The newest members of a large organization join and leave between two pages. The lists shift, so that some members are on no page
 * or on two.
 */
record MemberRemovedWhilePaging() implements LiveCase {

    private static final int COMING_AND_GOING = 3;

    @Override
    public String title() {
        return "member-removed";
    }

    @Override
    public void play(Stage stage) throws InterruptedException {
        stage.settle();
        Churn churn = new Churn(stage.tenant());
        stage.server().onAnswer(churn::answered);
        RoleTaken.take(stage.tenant(), 1);
        removeSome(stage.tenant());
        Figures during = stage.observe(
                Math.max(3 * stage.promise(), stage.scene().options().measured().toSeconds()));
        stage.server().onAnswer(uri -> {});
        stage.report("during", during);
        stage.requireRight("during", during);
        stage.requireNoLongWait("during", during);
        stage.atLeast("live", during.live(), 0.99);
        stage.atLeast("changes", churn.changes.get(), 1);
    }

    private static void removeSome(Tenant tenant) {
        for (int i = 0; i < COMING_AND_GOING; i++) {
            String organization = Scene.organization(i);
            String member = tenant.members(organization).get(0);
            tenant.change(() -> tenant.removeMember(organization, member));
        }
    }

    /** Members of the largest organizations that make no requests. */
    private static final class Churn {

        /** With more frequent changes, the list would change during every pass. */
        private static final long BETWEEN = TimeUnit.SECONDS.toNanos(1);

        private final Tenant tenant;
        private final AtomicInteger changes = new AtomicInteger();
        private final ConcurrentMap<String, Long> last = new ConcurrentHashMap<>();

        Churn(Tenant tenant) {
            this.tenant = tenant;
        }

        void answered(URI uri) {
            for (int i = 0; i < COMING_AND_GOING; i++) {
                String organization = Scene.organization(i);
                if (uri.getPath().contains("/" + organization + "/users") && isTime(organization)) {
                    change(organization, changes.incrementAndGet());
                }
            }
        }

        private boolean isTime(String organization) {
            long now = System.nanoTime();
            return last.merge(organization, now, (before, next) -> next - before > BETWEEN ? next : before) == now;
        }

        private void change(String organization, int number) {
            String guest = "guest-of-" + organization;
            tenant.change(() -> {
                if (number % 2 == 0) {
                    tenant.removeMember(organization, guest);
                } else {
                    tenant.addMember(organization, guest, List.of(Scene.VIEWER));
                }
            });
        }
    }
}

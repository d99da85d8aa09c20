package io.scopeguard.bench.live;

import io.scopeguard.bench.live.tenant.Calls;
import io.scopeguard.bench.live.tenant.Faults;
import io.scopeguard.bench.live.tenant.Tenant;
import io.scopeguard.bench.live.tenant.TenantServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Where a case is played: the tenant's server, a guarded process, and the requests of the crowd. Used by one thread. */
public final class Stage implements AutoCloseable {

    /** From here on, a request that has waited counts as one that waited for as long as it may. */
    private static final double ALMOST = 0.95;

    private static final double LIVE = 0.999;
    private static final double AGE = 1.3;

    private final Scene scene;
    private final TenantServer server;
    private final List<Row> rows = new ArrayList<>();
    private final List<Target> targets = new ArrayList<>();
    private volatile @Nullable GuardedProcess process;
    private @Nullable Load crowd;

    Stage(Scene scene) {
        this.scene = scene;
        this.server = new TenantServer(scene.tenant(), scene.world()::instant);
        server.faults().latency(scene.latency());
    }

    public Scene scene() {
        return scene;
    }

    public Tenant tenant() {
        return scene.tenant();
    }

    public World world() {
        return scene.world();
    }

    public TenantServer server() {
        return server;
    }

    public Faults faults() {
        return server.faults();
    }

    public double maxAge() {
        return seconds(scene.maxAge());
    }

    public double maxStale() {
        return seconds(scene.maxStale());
    }

    public double callsPerSecond() {
        return scene.callsPerSecond();
    }

    /** How long it takes to read everybody once, in seconds. */
    public double sweep() {
        return scene.sweep();
    }

    /** When a right is gone for all: the promise while the provider answers. */
    public double promise() {
        return maxAge() + 2 * sweep();
    }

    /** Starts a new process, which knows nothing, with the whole crowd at its door. */
    public void start() {
        stop();
        startProcess();
        crowd = load(scene.crowd(), scene.options().threads(), scene.options().requestsPerSecond(), true);
    }

    /** Starts a new process, and nobody makes requests yet. */
    public void startProcess() {
        GuardedProcess last = process;
        process = new GuardedProcess(
                server.endpoint(), scene.callsPerSecond(), scene.settings(), scene.resources(), scene.world());
    }

    /** Starts a process and waits until it is in its stride. */
    public void settle() throws InterruptedException {
        start();
        pass(2 * sweep() + 2 * maxAge());
    }

    /** Lets callers make requests for some time, the first at once, and looks at them. */
    public Figures observe(List<Caller> callers, int threads, double perSecond, double seconds)
            throws InterruptedException {
        Mark from = mark();
        Load load = load(callers, threads, perSecond, true);
        try (load) {
            pass(seconds);
        }
        // The requests under way have ended: their calls and their decisions are both counted.
        return since(from, load);
    }

    /** Lets callers make requests beside the crowd's. To be closed. */
    public Load load(List<Caller> callers, int threads, double perSecond, boolean atOnce) {
        return new Load(() -> Objects.requireNonNull(process), callers, threads, perSecond, atOnce, world());
    }

    public void pass(double seconds) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep((long) (seconds * 1e9));
    }

    public Mark mark() {
        return new Mark(world().nanos(), server.calls());
    }

    /** Lets time pass, and looks at the crowd meanwhile. */
    public Figures observe(double seconds) throws InterruptedException {
        Mark from = mark();
        pass(seconds);
        return since(from);
    }

    /** The crowd since then. */
    public Figures since(Mark from) {
        return since(from, Objects.requireNonNull(crowd));
    }

    /** These callers since then. */
    public Figures since(Mark from, Load load) {
        return between(from, mark(), load);
    }

    /** The crowd in a period. */
    public Figures between(Mark from, Mark to) {
        return between(from, to, Objects.requireNonNull(crowd));
    }

    private static Figures between(Mark from, Mark to, Load load) {
        return new Figures(
                load.recorder().between(from.nanos, to.nanos), to.calls.since(from.calls), from.nanos, to.nanos);
    }

    /** Puts figures into the table. */
    public void report(String what, Figures figures) {
        rows.add(new Row(what, figures, promise()));
    }

    public void atMost(String what, double measured, double most) {
        targets.add(new Target(what, measured, -Double.MAX_VALUE, most));
    }

    public void atLeast(String what, double measured, double least) {
        targets.add(new Target(what, measured, least, Double.MAX_VALUE));
    }

    /** The targets of a steady state, and of whatever does not disturb one. */
    public void requireSteady(String when, Figures figures) {
        requireSteady(when, figures, 0);
    }

    /**
     * The same, where a list that everybody's permissions depend on is read as a whole.
     *
     * @param seconds how long reading that list takes: its age counts from its first page
     */
    public void requireSteady(String when, Figures figures, double seconds) {
        atLeast(when + ": live", figures.live(), LIVE);
        double limit = Math.max(AGE * sweep(), AGE * maxAge() / Scene.BUDGET);
        atMost(when + ": age p99", figures.age(99), limit + seconds);
        requireRight(when, figures);
    }

    /** Nobody is refused without reason, or granted what is gone for longer than promised. */
    public void requireRight(String when, Figures figures) {
        atMost(when + ": wrong grants", figures.wrongGrants(promise()), 0);
        requireNoWrongRefusal(when, figures);
    }

    public void requireNoWrongRefusal(String when, Figures figures) {
        atMost(when + ": wrong refusals", figures.wrongRefusals(), 0);
        atMost(when + ": wrong demotions", figures.wrongDemotions(), 0);
        atMost(when + ": 503", figures.unavailable(), 0);
    }

    public void requireNoLongWait(String when, Figures figures) {
        atMost(when + ": waits of max-wait", figures.waitedAtLeast(ALMOST * seconds(GuardedProcess.MAX_WAIT)), 0);
    }

    List<Row> rows() {
        return rows;
    }

    List<Target> targets() {
        return targets;
    }

    @Override
    public void close() {
        stop();
        server.close();
    }

    private void stop() {
        if (crowd != null) {
            crowd.close();
            crowd = null;
        }
        GuardedProcess running = process;
        if (running != null) {
            running.close();
            process = null;
        }
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }

    /** A moment. */
    public record Mark(long nanos, Calls calls) {}

    /**
     * A line of the table.
     *
     * @param promise after how many seconds a right must be gone
     */
    record Row(String what, Figures figures, double promise) {}
}

package io.scopeguard.bench.live;

import io.scopeguard.bench.live.tenant.Calls;
import io.scopeguard.bench.live.tenant.Faults;
import io.scopeguard.bench.live.tenant.FaultyTenantServer;
import io.scopeguard.bench.live.tenant.Tenant;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The environment of a case: the tenant's server, a guarded process, and the requests of the crowd. Used by one thread. */
public final class Stage implements AutoCloseable {

    /** A request that waited at least this long counts as one that waited for the maximum time. */
    private static final double ALMOST = 0.95;

    private static final double LIVE = 0.999;
    private static final double AGE = 1.3;

    private final Scene scene;
    private final FaultyTenantServer server;
    private final List<Row> rows = new ArrayList<>();
    private final List<Target> targets = new ArrayList<>();
    private volatile @Nullable GuardedProcess process;
    private @Nullable Load crowd;

    Stage(Scene scene) {
        this.scene = scene;
        this.server = new FaultyTenantServer(scene.tenant(), scene.world()::instant);
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

    public FaultyTenantServer server() {
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

    /** The time that it takes to read all users once, in seconds. */
    public double sweep() {
        return scene.sweep();
    }

    /** The promised time until a loss binds everywhere while the provider answers. */
    public double promise() {
        return maxAge() + 2 * sweep();
    }

    /** Starts a new process without facts, to which the whole crowd sends requests at once. */
    public void start() {
        stop();
        startProcess();
        crowd = load(scene.crowd(), scene.options().threads(), scene.options().requestsPerSecond(), true);
    }

    /** Starts a new process without requests. */
    public void startProcess() {
        GuardedProcess last = process;
        process = new GuardedProcess(
                server.endpoint(), scene.callsPerSecond(), scene.settings(), scene.resources(), scene.world());
    }

    /** Starts a process and waits for its steady state. */
    public void settle() throws InterruptedException {
        start();
        pass(2 * sweep() + 2 * maxAge());
    }

    /** Lets callers make requests for some time, beginning immediately, and returns their figures. */
    public Figures observe(List<Caller> callers, int threads, double perSecond, double seconds)
            throws InterruptedException {
        Mark from = mark();
        Load load = load(callers, threads, perSecond, true);
        try (load) {
            pass(seconds);
        }
        // The requests in flight have ended, so both their calls and their decisions are counted.
        return since(from, load);
    }

    /** Lets callers make requests in addition to the crowd's. The caller closes it. */
    public Load load(List<Caller> callers, int threads, double perSecond, boolean atOnce) {
        return new Load(() -> Objects.requireNonNull(process), callers, threads, perSecond, atOnce, world());
    }

    public void pass(double seconds) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep((long) (seconds * 1e9));
    }

    public Mark mark() {
        return new Mark(world().nanos(), server.calls());
    }

    /** Lets time pass, and returns the crowd's figures. */
    public Figures observe(double seconds) throws InterruptedException {
        Mark from = mark();
        pass(seconds);
        return since(from);
    }

    /** The crowd's figures since then. */
    public Figures since(Mark from) {
        return since(from, Objects.requireNonNull(crowd));
    }

    /** The figures of these callers since then. */
    public Figures since(Mark from, Load load) {
        return between(from, mark(), load);
    }

    /** The crowd's figures in a period. */
    public Figures between(Mark from, Mark to) {
        return between(from, to, Objects.requireNonNull(crowd));
    }

    private static Figures between(Mark from, Mark to, Load load) {
        return new Figures(
                load.recorder().between(from.nanos, to.nanos), to.calls.since(from.calls), from.nanos, to.nanos);
    }

    /** Adds figures to the table. */
    public void report(String what, Figures figures) {
        rows.add(new Row(what, figures, promise()));
    }

    public void atMost(String what, double measured, double most) {
        targets.add(new Target(what, measured, -Double.MAX_VALUE, most));
    }

    public void atLeast(String what, double measured, double least) {
        targets.add(new Target(what, measured, least, Double.MAX_VALUE));
    }

    /** The targets of a steady state, and of events that do not disturb it. */
    public void requireSteady(String when, Figures figures) {
        requireSteady(when, figures, 0);
    }

    /**
     * The same, if all permissions depend on a list that is read as a whole.
     *
     * @param seconds how long reading the list takes; its age counts from its first page
     */
    public void requireSteady(String when, Figures figures, double seconds) {
        atLeast(when + ": live", figures.live(), LIVE);
        double limit = Math.max(AGE * sweep(), AGE * maxAge() / Scene.BUDGET);
        atMost(when + ": age p99", figures.age(99), limit + seconds);
        requireRight(when, figures);
    }

    /** No request is denied without reason, and no lost right is granted for longer than promised. */
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

    /** A point in time. */
    public record Mark(long nanos, Calls calls) {}

    /**
     * A line of the table.
     *
     * @param promise the number of seconds after which a loss must bind
     */
    record Row(String what, Figures figures, double promise) {}
}

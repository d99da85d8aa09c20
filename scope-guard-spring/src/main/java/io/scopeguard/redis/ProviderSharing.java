package io.scopeguard.redis;

import io.scopeguard.ScopeGuard;
import io.scopeguard.permission.fact.FactExchange;
import io.scopeguard.provider.EventReceiver;
import io.scopeguard.provider.IdentityProvider;
import io.scopeguard.provider.PermissionChange;
import io.scopeguard.provider.PermissionSource;
import io.scopeguard.redis.SharedAsks.Asked;
import io.scopeguard.remedy.AskExchange;
import io.scopeguard.remedy.RecordedAsk;
import io.scopeguard.time.SteadyClock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.data.redis.connection.RedisConnection;

/** Sharing between the replicas of an application about one provider. Thread-safe. Close it to stop its threads. */
public final class ProviderSharing implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(ProviderSharing.class);

    private static final Duration HEARTBEAT = Duration.ofSeconds(1);

    private static final long RENEWAL = SharedHistories.KEPT_FOR.dividedBy(2).toNanos();

    private final Supplier<RedisConnection> connections;
    private final SharingSettings settings;
    private final SharingListener listener;
    private final BoundedRedis redis;
    private final IdentityProvider provider;
    private final SteadyClock clock;
    private final String replica;
    private final Keys keys;
    private final ServerClock server;
    private final Presence presence;
    private final ChangeStream changes;
    private final AnswerStore answers;
    private final SharedHistories histories;
    private final SharedAsks asks;
    private final FullInvalidation everything;
    private final long waitMillis;
    private final ScheduledExecutorService heartbeats;
    private final ScheduledExecutorService restoring;
    /** When all histories were written last, so that those of quiet members do not expire. Used by one thread. */
    private long renewedAt;

    private volatile int replicas = 1;
    private volatile boolean isPaused;
    private volatile boolean isClosed;

    /** Since when this replica takes changes as they are added, in milliseconds of the server. It reads earlier ones afterwards. */
    private volatile long readingSince;

    /** The last heartbeat, in milliseconds of the server. Used by one thread. */
    private long beatenAt;

    private volatile List<LogReader> readers = List.of();

    ProviderSharing(ReplicaSharing sharing, IdentityProvider provider, String tenant) {
        this.connections = sharing.connections();
        this.settings = sharing.settings();
        this.listener = sharing.listener();
        this.redis = sharing.redis();
        this.replica = sharing.replica();
        this.waitMillis = sharing.waitMillis();
        this.provider = provider;
        this.clock = provider.clock().steady();
        this.keys = Keys.of(settings, provider.name(), tenant);
        this.server = new ServerClock(clock);
        this.changes = new ChangeStream(redis, keys, replica);
        this.presence = new Presence(redis, keys, provider.clock(), server, changes.log(), replica);
        this.answers = new AnswerStore(redis, keys, server, settings);
        this.histories = new SharedHistories(redis, keys, server, answers, settings.keptFor());
        this.asks = new SharedAsks(redis, keys, replica, server);
        this.everything = new FullInvalidation(clock);
        this.heartbeats = executor("scope-guard-redis", 1);
        this.restoring = executor("scope-guard-restore", 2);
        // Spreads the replicas over time.
        this.renewedAt = clock.nanos() - ThreadLocalRandom.current().nextLong(RENEWAL);
    }

    private static ScheduledExecutorService executor(String name, int threads) {
        return Executors.newScheduledThreadPool(threads, task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        });
    }

    /** The provider's permissions, read by one replica for all. */
    public PermissionSource permissions() {
        return new SharedPermissionSource(
                provider.permissions(),
                answers,
                keys,
                new SharedCatalogue(redis, keys, server, provider.catalogue()),
                listener,
                () -> redis.isReachable() ? replicas : 1,
                settings.patience());
    }

    /** Histories of facts. */
    public FactExchange histories() {
        return histories;
    }

    /** The remedies that clients were asked for. */
    public AskExchange asks() {
        return asks;
    }

    /**
     * A receiver of the provider's deliveries that passes changes on to the other replicas; {@code null} if the provider sends
     * none.
     */
    public @Nullable EventReceiver receiver() {
        EventReceiver receiver = provider.eventReceiver();
        return receiver == null ? null : new SharedEventReceiver(receiver, changes);
    }

    /**
     * Passes a change that this replica has applied on to the others. Waits briefly; if Redis does not respond, it is added later.
     */
    public void publish(PermissionChange change) {
        changes.publish(UUID.randomUUID().toString(), List.of(change));
    }

    /** The last known number of replicas, including this one. */
    public int replicas() {
        return replicas;
    }

    /** Whether Redis responds. */
    public boolean isReachable() {
        return redis.isReachable();
    }

    /** Starts to receive records of the other replicas. */
    public void start(ScopeGuard guard) {
        repeat(heartbeats, "heartbeat", () -> beat(guard));
        // On threads of their own, since they wait for Redis after each record.
        repeat(restoring, "restoring of histories", () -> restoreHistories(guard));
        repeat(restoring, "restoring of asks", () -> restoreAsks(guard));
    }

    private static void repeat(ScheduledExecutorService thread, String name, Runnable task) {
        var unused = thread.scheduleWithFixedDelay(
                () -> {
                    try {
                        task.run();
                    } catch (RuntimeException | Error e) {
                        // It would never run again.
                        log.error("The {} of this replica failed unexpectedly", name, e);
                    }
                },
                0,
                HEARTBEAT.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    private void restoreHistories(ScopeGuard guard) {
        if (redis.isReachable()) {
            if (clock.nanos() - renewedAt >= RENEWAL) {
                renewedAt = clock.nanos();
                histories.unsent().resendAll();
            }
            histories.unsent().flush(() -> guard.histories().iterator(), histories::restore);
        }
    }

    private void restoreAsks(ScopeGuard guard) {
        if (redis.isReachable()) {
            asks.unsent()
                    .flush(
                            () -> guard.asks()
                                    .map(ask -> Map.entry(Asked.of(ask), ask))
                                    .iterator(),
                            (asked, ask) -> asks.restore(ask));
        }
    }

    /** Performs a heartbeat on the thread of all heartbeats, and waits for its end. */
    void beatNow(ScopeGuard guard) {
        CompletableFuture.runAsync(() -> beat(guard), heartbeats).join();
    }

    /** Records that this replica is running, and counts the others. Waits for Redis, so only the thread of heartbeats calls it. */
    private void beat(ScopeGuard guard) {
        if (isPaused) {
            return;
        }
        presence.beat().ifPresent(beat -> beaten(beat, guard));
        invalidateIfDue(guard);
    }

    private void beaten(Presence.Beat beat, ScopeGuard guard) {
        replicas = beat.replicas();
        long before = beatenAt;
        beatenAt = serverMillis();
        if (readers.isEmpty()) {
            listen(guard);
        }
        if (beat.hasLostMemory()) {
            log.warn("Redis has lost shared records. Each replica writes its own records back.");
        }
        if (beat.hasLostMemory() || beat.isLossReported()) {
            guard.memoryLost();
            if (!beat.isFirst()) {
                histories.unsent().resendAll();
                asks.unsent().resendAll();
                readingSince = before;
                readers.forEach(LogReader::restart);
                everything.demand();
            }
        }
        changes.flush();
    }

    private void listen(ScopeGuard guard) {
        // A change reported shortly before this replica started may invalidate answers that it takes from Redis.
        long now = serverMillis();
        readingSince = now;
        long from = now - settings.keptFor().toMillis();
        List<LogReader> fresh = List.of(
                reader(changes.log(), Math.max(from, 0) + "-0", new ChangeReader(guard)),
                reader(asks.log(), "0-0", new AskReader(guard)));
        try {
            fresh.forEach(LogReader::start);
            readers = fresh;
        } finally {
            if (readers.isEmpty() || isClosed) {
                fresh.forEach(LogReader::close);
            }
        }
    }

    private LogReader reader(SharedLog shared, String position, LogReader.Reader reader) {
        return new LogReader(connections, shared, replica, position, waitMillis, reader);
    }

    private long serverMillis() {
        return TimeUnit.MICROSECONDS.toMillis(server.micros());
    }

    /** The clock of Redis. */
    ServerClock server() {
        return server;
    }

    private void invalidateIfDue(ScopeGuard guard) {
        everything.runIfDue(() -> guard.apply(new PermissionChange.OfEverything()));
    }

    /** Signs this replica off, until it is resumed. Waits for Redis, but not for a connection. */
    void pause() {
        isPaused = true;
        if (isClosed) {
            return;
        }
        try {
            // After a heartbeat that is under way.
            heartbeats
                    .submit(presence::leave)
                    .get(settings.timeout().plus(HEARTBEAT).toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            log.debug("This replica could not sign off, so it counts for some seconds more", e);
        }
    }

    void resume() {
        isPaused = false;
    }

    @Override
    public void close() {
        isClosed = true;
        heartbeats.shutdownNow();
        restoring.shutdownNow();
        readers.forEach(LogReader::close);
        presence.leave();
    }

    private final class ChangeReader implements LogReader.Reader {

        private final ScopeGuard guard;

        ChangeReader(ScopeGuard guard) {
            this.guard = guard;
        }

        @Override
        public void read(byte[] value, long addedAt) {
            PermissionChange change = ChangeStream.change(value);
            if (change instanceof PermissionChange.OfEverything) {
                everything.demand();
                invalidateIfDue(guard);
            } else {
                guard.apply(change);
            }
            if (addedAt >= readingSince) {
                listener.changeArrived(Duration.ofMillis(Math.max(serverMillis() - addedAt, 0)));
            }
        }

        @Override
        public void missed() {
            listener.missedChanges();
            everything.demand();
            invalidateIfDue(guard);
        }
    }

    private final class AskReader implements LogReader.Reader {

        private final ScopeGuard guard;

        AskReader(ScopeGuard guard) {
            this.guard = guard;
        }

        @Override
        public void read(byte[] value, long addedAt) {
            RecordedAsk ask = asks.ask(value);
            if (ask != null) {
                guard.learn(ask);
            }
        }

        @Override
        public void missed() {
            // Missing asks cost a hint at most, and this replica keeps its own.
        }
    }
}

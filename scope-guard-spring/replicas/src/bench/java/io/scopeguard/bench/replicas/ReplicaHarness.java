package io.scopeguard.bench.replicas;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import io.scopeguard.bench.replicas.Crowd.User;
import io.scopeguard.redis.TestRedis;
import io.scopeguard.spring.support.TenantServer;
import io.scopeguard.testing.MovableClock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Measures what replicas cost and how they fail. Exits with 1 if a target is missed. Ages are a sixth of the defaults. Needs a
 * machine with nothing else to do: if it cannot answer the requests, the figures mean nothing, and a separate target is missed.
 * {@code -Dquick} takes less time, for a first impression.
 *
 * <pre>mvn -q -Pbench -pl scope-guard-spring/replicas -am test-compile exec:exec@replicas -Dreplicas="2 4 8"</pre>
 */
public final class ReplicaHarness implements AutoCloseable {

    private static final boolean QUICK = Boolean.getBoolean("quick");
    private static final int OK = 200;
    private static final int FORBIDDEN = 403;
    private static final int USERS = 5_000;
    private static final int ORGANIZATIONS = 50;
    private static final int PER_SECOND = 100;
    private static final int WEBHOOKS = 100;
    private static final int FIRST_WEBHOOKS = 10;
    private static final int DELIVERIES = 100;
    private static final int FEW = 4;
    private static final int OUTAGES = QUICK ? 2 : 4;
    private static final Duration MAX_AGE = Duration.ofSeconds(5);
    private static final int INTERVALS = QUICK ? 2 : 3;
    /** For two processes, which have a processor each. More of them take longer to compile their code. */
    private static final Duration WARM_UP = Duration.ofSeconds(15);

    /** What takes longer never happens: a defect, after which figures mean nothing. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final Duration SETTLING = Duration.ofSeconds(3);

    private static final Duration WINDOW = Duration.ofSeconds(QUICK ? 4 : 10);
    /** How often a replica is asked whether a webhook binds: often enough, and not so often that the requests delay it. */
    private static final Executor SOON = CompletableFuture.delayedExecutor(5, TimeUnit.MILLISECONDS);

    private static final String KEY = "the-signing-key-of-the-webhooks";

    private final Figures figures = new Figures();
    private final TestRedis redis = new TestRedis();
    private final TenantServer tenant =
            new TenantServer(new MovableClock(Instant.now().minus(Duration.ofMinutes(10))));
    private final List<User> users = new ArrayList<>();
    /** A P-256 key, because it is fast: each replica verifies each token, and verification is not measured. */
    private final ECKey key;

    private ReplicaHarness() throws JOSEException {
        key = new ECKeyGenerator(Curve.P_256)
                .keyID("quick")
                .keyUse(KeyUse.SIGNATURE)
                .generate();
        tenant.publish(tenant.key(), key);
        for (int i = 0; i < USERS; i++) {
            String organization = "org-" + i % ORGANIZATIONS;
            String user = tenant.addUser("user-" + i);
            boolean isMember = i % 10 != 0;
            if (isMember) {
                join(organization, user);
            }
            users.add(user(organization, user, isMember));
        }
    }

    private void join(String organization, String user) {
        tenant.join(organization, user, "read:report");
    }

    private User user(String organization, String user, boolean isMember) {
        return new User(
                "/organizations/" + organization + "/reports",
                tenant.organizationToken(organization, user, "read:report")
                        .withKey(key)
                        .signed(),
                isMember);
    }

    /** Runs with these numbers of replicas. */
    public static void main(String[] args) throws Exception {
        int missed;
        try (ReplicaHarness harness = new ReplicaHarness()) {
            double alone = harness.callsPerInterval(1);
            for (String count : args) {
                harness.measure(Integer.parseInt(count), alone);
            }
            harness.figures.print();
            missed = harness.figures.missed();
        }
        System.exit(missed == 0 ? 0 : 1);
    }

    private double callsPerInterval(int count) throws IOException, InterruptedException {
        redis.stop();
        redis.start();
        try (Run run = new Run(count)) {
            double calls = run.callsPerInterval();
            figures.reported(count + " replica: calls per interval", calls);
            return calls;
        }
    }

    private void measure(int count, double alone) throws Exception {
        redis.stop();
        redis.start();
        try (Run run = new Run(count)) {
            figures.atMost(
                    count + " replicas: calls per interval, divided by those of one replica",
                    run.callsPerInterval() / alone,
                    1.1);
            double binds = run.webhooks();
            if (count <= FEW) {
                figures.atMost(count + " replicas: a webhook binds on all, p99 ms", binds, 200);
            } else {
                figures.reported(count + " replicas: a webhook binds on all, p99 ms", binds);
            }
            run.outages();
            run.kill();
        }
    }

    @Override
    public void close() {
        tenant.close();
        redis.close();
    }

    private static void sleep(Duration time) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(time.toMillis());
    }

    /** Some replicas under load. */
    private final class Run implements AutoCloseable {

        private final List<ReplicaProcess> replicas;
        private final Crowd crowd;
        private int next;
        /** How often a new member was not granted a request. */
        private int late;

        Run(int count) throws IOException, InterruptedException {
            replicas = new ArrayList<>(ReplicaProcess.start(count, properties()));
            crowd = new Crowd(replicas, users, PER_SECOND);
            sleep(WARM_UP.multipliedBy(Math.max(count / 2, 1)));
        }

        private Map<String, String> properties() {
            Map<String, String> properties = new TreeMap<>();
            tenant.properties().forEach((name, value) -> properties.put(name, String.valueOf(value)));
            properties.put("server.port", "0");
            properties.put("spring.main.banner-mode", "off");
            properties.put("logging.level.root", "error");
            properties.put("spring.data.redis.port", String.valueOf(redis.port()));
            properties.put("scope-guard.shared.enabled", "true");
            properties.put("scope-guard.shared.timeout", System.getProperty("timeout", "50ms"));
            properties.put("scope-guard.permissions.max-age", MAX_AGE.toSeconds() + "s");
            properties.put("scope-guard.permissions.max-stale", "60s");
            properties.put("scope-guard.permissions.max-wait", "2s");
            // Each replica alone needs about 35 calls a second, and while Redis is away, its part of the limit has to
            // do.
            properties.put("scope-guard.logto.calls-per-second", "400");
            properties.put("scope-guard.logto.webhook.signing-keys[0]", KEY);
            return properties;
        }

        /** Returns the calls per interval, measured over some intervals. A target is missed if requests are not answered. */
        double callsPerInterval() throws IOException, InterruptedException {
            int before = tenant.calls().size();
            int answered = crowd.answered();
            Duration time = MAX_AGE.multipliedBy(INTERVALS);
            sleep(time);
            List<String> calls = tenant.calls();
            double perSecond = (crowd.answered() - answered) / (double) time.toSeconds();
            figures.atLeast(replicas.size() + " replicas: requests answered a second", perSecond, PER_SECOND * 0.95);
            System.out.println("  " + kinds(calls.subList(before, calls.size())));
            for (ReplicaProcess replica : replicas) {
                System.out.println("  " + crowd.get(replica.at("/figures")));
            }
            return (calls.size() - before) / (double) INTERVALS;
        }

        /** How many calls there were of each kind: ids are left out. */
        private Map<String, Integer> kinds(List<String> calls) {
            Map<String, Integer> kinds = new TreeMap<>();
            calls.forEach(call ->
                    kinds.merge(call.replaceAll("/(org|user|removed|kept|orole|role)-?[0-9]+", "/*"), 1, Integer::sum));
            return kinds;
        }

        /** How long after its delivery a webhook binds on the slowest replica. */
        double webhooks() throws Exception {
            List<Long> acknowledged = new ArrayList<>();
            List<Long> bound = new ArrayList<>();
            int repeated = 0;
            for (int i = 0; i < FIRST_WEBHOOKS + WEBHOOKS; i++) {
                String organization = "org-" + i % ORGANIZATIONS;
                String member = tenant.addUser("removed-" + next++);
                join(organization, member);
                User user = user(organization, member, true);
                for (ReplicaProcess replica : replicas) {
                    awaitGrant(replica, user);
                }
                tenant.leave(organization, member);
                long start = System.nanoTime();
                CompletableFuture<Long> slowest = refusalByAll(user);
                repeated += deliver(replicas.get(i % replicas.size()), organization, member) - 1;
                acknowledged.add(System.nanoTime() - start);
                bound.add(slowest.get() - start);
            }
            String name = replicas.size() + " replicas: a webhook is acknowledged, ";
            figures.reported(name + "p99 ms", percentile(acknowledged));
            figures.reported(name + "repetitions", repeated);
            return percentile(bound);
        }

        /** The first webhooks meet cold code. */
        private double percentile(List<Long> times) {
            return Figures.percentile(times.subList(FIRST_WEBHOOKS, times.size()), 0.99) / 1e6;
        }

        private static void requireWithinPatience(long start, String otherwise) {
            if (System.nanoTime() - start > PATIENCE.toNanos()) {
                throw new IllegalStateException(otherwise);
            }
        }

        /** What was never granted is refused at once. */
        private void awaitGrant(ReplicaProcess replica, User user) throws InterruptedException {
            long start = System.nanoTime();
            while (crowd.send(replica.at(user.path()), user.token()).join() != OK) {
                requireWithinPatience(start, "A new member is not granted a request.");
                late++;
                sleep(Duration.ofMillis(50));
            }
        }

        /** All replicas are asked at the same time: none of them is late only because another one is. */
        private CompletableFuture<Long> refusalByAll(User user) {
            return replicas.stream()
                    .map(replica -> refusal(replica, user))
                    .reduce(CompletableFuture.completedFuture(0L), (a, b) -> a.thenCombine(b, Math::max));
        }

        /** When the first request was sent that this replica refuses. */
        private CompletableFuture<Long> refusal(ReplicaProcess replica, User user) {
            return refusal(replica, user, System.nanoTime());
        }

        private CompletableFuture<Long> refusal(ReplicaProcess replica, User user, long start) {
            long sent = System.nanoTime();
            requireWithinPatience(start, "A former member is not refused.");
            return crowd.send(replica.at(user.path()), user.token())
                    .thenCompose(status -> status == FORBIDDEN
                            ? CompletableFuture.completedFuture(sent)
                            : CompletableFuture.supplyAsync(() -> refusal(replica, user, start), SOON)
                                    .thenCompose(later -> later));
        }

        /** Returns the number of attempts. */
        private int deliver(ReplicaProcess to, String organization, String user)
                throws IOException, InterruptedException, GeneralSecurityException {
            String body = "{\"event\":\"Organization.Membership.Updated\",\"createdAt\":\"" + Instant.now()
                    + "\",\"organizationId\":\"" + organization + "\",\"removedUserIds\":[\"" + user + "\"]}";
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(KEY.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            String signature = HexFormat.of().formatHex(mac.doFinal(body.getBytes(StandardCharsets.UTF_8)));
            int status = 503;
            int sent = 0;
            // Like the provider: a delivery that is not in the stream yet comes again.
            while (sent < DELIVERIES && status == 503) {
                sent++;
                status = crowd.post(to.at("/scope-guard/webhooks/logto"), body, "logto-signature-sha-256", signature);
                if (status == 503) {
                    sleep(Duration.ofMillis(100));
                }
            }
            if (status != 204) {
                throw new IOException("A webhook was answered " + status + ".");
            }
            return sent;
        }

        /** Windows with and without Redis, in turn. */
        void outages() throws InterruptedException {
            int granted = crowd.wronglyGranted();
            int refused = crowd.wronglyRefused();
            int errors = crowd.errors();
            int lost = crowd.lost();
            Map<Boolean, List<Double>> latencies =
                    new HashMap<>(Map.of(true, new ArrayList<>(), false, new ArrayList<>()));
            for (int i = 0; i < OUTAGES; i++) {
                latencies.get(true).add(window());
                redis.stop();
                latencies.get(false).add(window());
                redis.start();
                // The replicas connect again and write back what they know. The states are compared, not the change.
                sleep(SETTLING);
            }
            latencies.get(true).add(window());
            String name = replicas.size() + " replicas, Redis stopped and started: ";
            figures.atMost(name + "granted without the right", crowd.wronglyGranted() - granted, 0);
            figures.atMost(name + "refused with the right", crowd.wronglyRefused() - refused, 0);
            figures.atMost(name + "5xx", crowd.errors() - errors, 0);
            figures.atMost(name + "requests without a response", crowd.lost() - lost, 0);
            double with = Figures.median(latencies.get(true));
            double without = Figures.median(latencies.get(false));
            figures.reported(name + "p99 with Redis, ms", with);
            figures.reported(name + "p99 without Redis, ms", without);
            figures.atMost(name + "p99 without Redis / with Redis", without / with, 1.25);
        }

        private double window() throws InterruptedException {
            crowd.latency(0.99);
            sleep(WINDOW);
            return crowd.latency(0.99);
        }

        /** A replica is killed at any moment: a lost role is gone at most one interval later than otherwise. */
        void kill() throws InterruptedException {
            double usual = untilALossBinds(null);
            double delayed = untilALossBinds(replicas.get(replicas.size() - 1));
            figures.reported(replicas.size() + " replicas: new members refused at first", late);
            figures.reported(replicas.size() + " replicas: a lost role is gone after intervals", usual);
            figures.atMost(replicas.size() + " replicas, one killed: extra delay, in intervals", delayed - usual, 1);
        }

        /** After how many intervals a lost role is gone, while this replica is killed. */
        private double untilALossBinds(@Nullable ReplicaProcess victim) throws InterruptedException {
            String organization = "org-1";
            String member = tenant.addUser("kept-" + next++);
            join(organization, member);
            User user = user(organization, member, true);
            ReplicaProcess survivor = replicas.get(0);
            awaitGrant(survivor, user);
            if (victim != null) {
                victim.kill();
            }
            tenant.assignIn(organization, member);
            long start = System.nanoTime();
            while (crowd.send(survivor.at(user.path()), user.token()).join() != FORBIDDEN) {
                requireWithinPatience(start, "A lost role is still there.");
                sleep(Duration.ofMillis(50));
            }
            return (System.nanoTime() - start) / 1e9 / MAX_AGE.toSeconds();
        }

        @Override
        public void close() {
            crowd.close();
            replicas.forEach(ReplicaProcess::close);
        }
    }
}

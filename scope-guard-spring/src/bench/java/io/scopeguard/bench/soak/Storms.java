package io.scopeguard.bench.soak;

import io.scopeguard.bench.live.tenant.Faults;
import io.scopeguard.bench.live.tenant.Faults.Effect;
import io.scopeguard.bench.soak.Troubles.Trouble;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Periods in which the provider has several faults at once: calls fail, answers are slow and keys are missing, while it signs with
 * another key, roles change and webhooks are delivered. The faults begin and end one after the other, in any order.
 */
final class Storms {

    /** From the beginning of the first fault to the end of the last. */
    static final Duration LONGEST = Duration.ofSeconds(20);

    /** Long enough that the end of a storm is noticed, and that later changes bind before the next storm. */
    private static final Duration CALM = Duration.ofSeconds(38);

    private static final int STEP_MILLIS = 2_000;

    /** Failing calls; the empty list means all. */
    private static final List<List<String>> FAILING = List.of(
            List.of(),
            List.of("members", "member-search", "member-roles"),
            List.of("user", "user-organizations", "user-roles"),
            List.of("organization-roles", "roles", "role-holders"));

    private final SplittableRandom random = new SplittableRandom();
    private final AtomicInteger storms = new AtomicInteger();
    private final Provider provider;
    private final MassChanges changes;
    private final Troubles troubles;

    Storms(Provider provider, MassChanges changes, Troubles troubles) {
        this.provider = provider;
        this.changes = changes;
        this.troubles = troubles;
    }

    int passed() {
        return storms.get();
    }

    /** Runs until the thread is interrupted. */
    void rage() throws InterruptedException {
        while (true) {
            Thread.sleep(CALM.toMillis());
            Trouble trouble = troubles.begin(System.nanoTime());
            storm();
            trouble.end(System.nanoTime());
            storms.incrementAndGet();
        }
    }

    private void storm() throws InterruptedException {
        Faults faults = provider.server().faults();
        List<String> failing = FAILING.get(random.nextInt(FAILING.size()));
        oneAfterTheOther(
                () -> fail(faults, failing, Effect.FAILED),
                () -> faults.latency(Duration.ofMillis(300 + random.nextInt(1_200))),
                () -> faults.some(Effect.FAILED, "keys"));
        changes.next();
        if (random.nextBoolean()) {
            provider.useAnnouncedKey();
        }
        Thread.sleep(random.nextInt(3 * STEP_MILLIS));
        oneAfterTheOther(
                () -> fail(faults, failing, Effect.NONE),
                () -> faults.latency(Duration.ZERO),
                () -> faults.some(Effect.NONE, "keys"));
    }

    private void oneAfterTheOther(Runnable... steps) throws InterruptedException {
        List<Runnable> shuffled = new ArrayList<>(List.of(steps));
        Collections.shuffle(shuffled);
        for (Runnable step : shuffled) {
            step.run();
            Thread.sleep(random.nextInt(STEP_MILLIS));
        }
    }

    private static void fail(Faults faults, List<String> kinds, Effect effect) {
        if (kinds.isEmpty()) {
            faults.all(effect);
        } else {
            faults.some(effect, kinds.toArray(String[]::new));
        }
    }
}

package io.scopeguard.permission.read;

import io.scopeguard.annotation.Internal;
import io.scopeguard.permission.fact.FactKey;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * Detects that so many subjects lose their standing that a fault of the provider is more likely: more than a tenth of the subjects
 * read within a minute, and at least twenty. Thread-safe.
 *
 * @hidden
 */
@Internal
public final class MassRevocationGuard {

    private static final int SECONDS = 60;
    private static final long WINDOW = Duration.ofSeconds(SECONDS).toNanos();
    private static final int AT_LEAST = 20;
    private static final int ONE_IN = 10;

    private final int[] reads = new int[SECONDS];
    private final long[] secondOf = new long[SECONDS];
    private final Map<FactKey, Long> losses = new HashMap<>();
    private final QuarantineLog log;
    private boolean alarmed;

    public MassRevocationGuard(QuarantineLog log) {
        this.log = log;
    }

    /** Counts subjects that were read. */
    public synchronized void countReads(int subjects, long now) {
        long second = Math.floorDiv(now, 1_000_000_000L);
        int slot = (int) Math.floorMod(second, (long) SECONDS);
        reads[slot] = secondOf[slot] == second ? reads[slot] + subjects : subjects;
        secondOf[slot] = second;
    }

    /** Counts a lost standing, and returns whether it belongs to a mass loss. */
    public boolean isMass(FactKey key, long now) {
        Judgement judgement = judge(key, now);
        if (judgement == Judgement.FIRST_OF_A_MASS) {
            log.massLoss();
        }
        return judgement != Judgement.SINGLE;
    }

    private synchronized Judgement judge(FactKey key, long now) {
        losses.values().removeIf(at -> at <= now - WINDOW);
        losses.putIfAbsent(key, now);
        boolean mass = losses.size() >= AT_LEAST && losses.size() * (long) ONE_IN > readsWithin(now);
        boolean first = mass && !alarmed;
        alarmed = mass;
        return first ? Judgement.FIRST_OF_A_MASS : mass ? Judgement.ONE_OF_A_MASS : Judgement.SINGLE;
    }

    private long readsWithin(long now) {
        long second = Math.floorDiv(now, 1_000_000_000L);
        long sum = 0;
        for (int slot = 0; slot < SECONDS; slot++) {
            sum += second - secondOf[slot] < SECONDS ? reads[slot] : 0;
        }
        return sum;
    }

    private enum Judgement {
        SINGLE,
        FIRST_OF_A_MASS,
        ONE_OF_A_MASS
    }
}

package io.scopeguard.permission;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells when so many lose their standing at once that it is more likely the provider's trouble than theirs: more than a tenth
 * of those read within a minute, and at least twenty. Then each loss is believed only when it is still there a minute later.
 * Thread-safe.
 */
final class MassLoss {

    private static final Logger log = LoggerFactory.getLogger(MassLoss.class);

    private static final int SECONDS = 60;
    private static final long WINDOW = Duration.ofSeconds(SECONDS).toNanos();
    private static final int LEAST = 20;
    private static final int SHARE = 10;

    private final int[] reads = new int[SECONDS];
    private final long[] secondOfReads = new long[SECONDS];
    private final Map<Holder, Loss> losses = new LinkedHashMap<>();
    private final Doubts<Holder> suspects = new Doubts<>();
    private boolean alarmed;

    /** Counts a subject that was read. Who has a standing then has not lost it. */
    synchronized void read(Holder holder, Standing standing, long now) {
        if (standing == Standing.ACTIVE) {
            suspects.remove(holder);
        }
        long second = second(now);
        int slot = (int) Math.floorMod(second, (long) SECONDS);
        reads[slot] = secondOfReads[slot] == second ? reads[slot] + 1 : 1;
        secondOfReads[slot] = second;
    }

    /** Takes in a loss: which losses are now not to be believed, this one and those before it, or none. */
    synchronized List<Loss> take(Loss loss, long now) {
        losses.values().removeIf(past -> past.asOf <= now - WINDOW);
        if (suspects.isSecondPass(loss.holder, loss.asOf)) {
            suspects.remove(loss.holder);
            return List.of();
        }
        losses.putIfAbsent(loss.holder, loss);
        boolean mass = losses.size() >= LEAST && losses.size() * (long) SHARE > readsWithin(now);
        report(mass);
        return mass ? withheld(loss) : List.of();
    }

    private List<Loss> withheld(Loss loss) {
        List<Loss> withheld = new ArrayList<>();
        for (Loss past : losses.values()) {
            if (suspects.add(past.holder, loss.asOf)) {
                withheld.add(past);
            }
        }
        if (!withheld.contains(loss)) {
            withheld.add(loss);
        }
        return withheld;
    }

    private long readsWithin(long now) {
        long sum = 0;
        for (int slot = 0; slot < SECONDS; slot++) {
            sum += second(now) - secondOfReads[slot] < SECONDS ? reads[slot] : 0;
        }
        return sum;
    }

    private void report(boolean mass) {
        if (mass && !alarmed) {
            log.warn(
                    "More than a tenth of the subjects read have no standing any more: not believed before a second pass");
        }
        alarmed = mass;
    }

    private static long second(long nanos) {
        return Math.floorDiv(nanos, 1_000_000_000L);
    }

    /**
     * Somebody's standing is gone.
     *
     * @param before what was believed until then, or {@code null} if that was only what a token says
     * @param counterpart the same of the other kind of reading
     */
    record Loss(
            Holder holder,
            @Nullable Reading before,
            @Nullable Reading counterpart,
            long asOf) {}
}

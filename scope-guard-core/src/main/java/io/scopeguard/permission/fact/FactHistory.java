package io.scopeguard.permission.fact;

import io.scopeguard.annotation.Internal;
import io.scopeguard.provider.Standing;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The believed roles of one subject in one place, with their history. Times are nanoseconds of the steady clock; {@link
 * Long#MIN_VALUE} stands for a time before everything. Immutable.
 *
 * @param standing {@code null} if the fact says nothing about the standing
 * @param roles ids of the roles that are held
 * @param readAt the start of the last read that is included
 * @param firstEnd the end of the first read
 * @param brokenAt when the series of reads was last broken
 * @param gains roles that were gained after the first read
 * @param losses roles that were lost
 * @param isComplete whether no earlier record was dropped
 * @hidden
 */
@Internal
public record FactHistory(
        @Nullable Standing standing,
        Set<String> roles,
        long readAt,
        long firstEnd,
        long brokenAt,
        List<Gain> gains,
        List<Loss> losses,
        boolean isComplete) {

    /** Copies the collections. */
    public FactHistory {
        roles = Set.copyOf(roles);
        gains = List.copyOf(gains);
        losses = List.copyOf(losses);
    }

    /**
     * A role that was gained.
     *
     * @param lackedUntil the start of the last read without it
     * @param end the end of the first read with it
     */
    public record Gain(String role, long lackedUntil, long end) {}

    /**
     * A role that was lost.
     *
     * @param lackedUntil the start of the last read before it came
     * @param end the end of the first read with it
     * @param noticed when a read first showed the absence
     * @param lostAt the start of the believed read without it
     */
    public record Loss(String role, long lackedUntil, long end, long noticed, long lostAt) {}
}

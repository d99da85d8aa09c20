package io.scopeguard.permission.fact;

import io.scopeguard.annotation.Internal;
import io.scopeguard.provider.Standing;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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

    /** The element of gains and losses that stands for the standing; no role has this id. */
    static final String STANDING = "\n";

    private static final long TRANSLATION = TimeUnit.MILLISECONDS.toNanos(100);

    /** Copies the collections. */
    public FactHistory {
        roles = Set.copyOf(roles);
        gains = List.copyOf(gains);
        losses = List.copyOf(losses);
    }

    /**
     * Merges this history with one that another process has recorded about the same fact. Neither process knew the other history.
     * The later read determines the roles. A role counts as held since the process that noticed it first, except if the other
     * process saw it missing after that. The losses of both count.
     */
    public FactHistory mergedWith(FactHistory other) {
        boolean isLater = other.readAt <= readAt;
        FactHistory later = isLater ? this : other;
        FactHistory earlier = isLater ? other : this;
        boolean isEarlier = isBefore(earlier.firstEnd, later.firstEnd);
        Map<String, Gain> present = later.held();
        Map<String, Gain> before = earlier.held();
        List<Gain> gained = present.values().stream()
                .map(gain -> earliest(gain, before.get(gain.role), earlier.readAt))
                .toList();
        Set<String> known = later.losses.stream().map(Loss::role).collect(Collectors.toSet());
        List<Loss> lost = Stream.concat(
                        later.losses.stream(),
                        earlier.losses.stream()
                                .filter(loss -> !known.contains(loss.role) && !present.containsKey(loss.role)))
                .toList();
        return new FactHistory(
                later.standing,
                later.roles,
                later.readAt,
                isEarlier ? earlier.firstEnd : later.firstEnd,
                later.brokenAt,
                gained,
                lost,
                isEarlier ? earlier.isComplete : later.isComplete);
    }

    /**
     * @param theirs according to the earlier process; {@code null} if its last read lacked the role
     * @param readAt the start of that read
     */
    private static Gain earliest(Gain ours, @Nullable Gain theirs, long readAt) {
        if (theirs == null) {
            return new Gain(ours.role, Math.max(ours.lackedUntil, readAt), ours.end);
        }
        return ours.lackedUntil < readAt && isBefore(theirs.end, ours.end) ? theirs : ours;
    }

    /** Times that were translated several times differ a little: they would move into the past with each translation. */
    private static boolean isBefore(long theirs, long ours) {
        return theirs < ours && ours - theirs > TRANSLATION;
    }

    /** The gains of all roles that are held, and of the standing if it is active. */
    private Map<String, Gain> held() {
        Map<String, Gain> held = new HashMap<>();
        roles.forEach(role -> held.put(role, new Gain(role, Long.MIN_VALUE, firstEnd)));
        if (standing == Standing.ACTIVE) {
            held.put(STANDING, new Gain(STANDING, Long.MIN_VALUE, firstEnd));
        }
        gains.forEach(gain -> held.replace(gain.role, gain));
        return held;
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

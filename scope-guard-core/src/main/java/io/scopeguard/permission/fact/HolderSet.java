package io.scopeguard.permission.fact;

import io.scopeguard.annotation.Internal;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The holders of one global role. Immutable.
 *
 * @param ids the ids of the holders, including those that were missing once
 * @param readAt the start of the last complete pass
 * @param firstEnd the end of the first complete pass
 * @param changes the holders gained and lost
 * @param missing holders that were missing from the last pass, a loss that is not believed yet; earlier reads still count for them
 * @param seen holders that passes contained since the last complete one, although other holders changed during those passes; each
 *     with the start of the last of them
 *
 * @hidden
 */
@Internal
public record HolderSet(
        Set<String> ids,
        long readAt,
        long firstEnd,
        Changes changes,
        Map<String, Missing> missing,
        Map<String, Long> seen) {

    /**
     * A holder that was not on any page.
     *
     * @param noticed when that was first noticed
     * @param lastReadAt the start of the last pass that contained the holder
     */
    record Missing(long noticed, long lastReadAt) {}

    public static HolderSet first(Set<String> ids, ReadTimes times) {
        return new HolderSet(Set.copyOf(ids), times.readAt(), times.end(), Changes.NONE, Map.of(), Map.of());
    }

    /** The time of the read that counts for one user. */
    public long readAt(String user) {
        Missing lacked = missing.isEmpty() ? null : missing.get(user);
        if (lacked != null) {
            return lacked.lastReadAt();
        }
        return seen.isEmpty() ? readAt : seen.getOrDefault(user, readAt);
    }

    /**
     * The time at which a pass first lacked the user, a loss that is not believed yet; otherwise {@link ReadTimes#NO_LOSSES}.
     */
    public long missingSince(String user) {
        Missing lacked = missing.get(user);
        return lacked == null ? ReadTimes.NO_LOSSES : lacked.noticed();
    }

    /** The users that are missing from the next pass. */
    Set<String> lostTo(Set<String> next) {
        Set<String> lost = new HashSet<>(ids);
        lost.removeAll(next);
        return lost;
    }

    /**
     * The holders after another complete pass.
     *
     * @param noticed the present time, at which losses are first noticed
     * @param shownAt the start of the last read of a user alone, if it showed the role; otherwise the smallest number
     */
    public HolderSet followedBy(Set<String> next, ReadTimes times, long noticed, ToLongFunction<String> shownAt) {
        Set<String> believed = new HashSet<>(next);
        Map<String, Missing> lacking = new HashMap<>();
        ReadTimes believing = times;
        for (String user : lostTo(next)) {
            Missing before = missing.get(user);
            long shown = shownAt.applyAsLong(user);
            if (before != null && times.readAt() > before.noticed() && shown <= before.noticed()) {
                believing = times.confirming(Math.max(earlier(believing), before.noticed()));
            } else {
                // A read of the user that contradicts the earlier pass makes this one a first read.
                lacking.put(user, new Missing(noticed, Math.max(readAt(user), shown)));
                believed.add(user);
            }
        }
        Changes following = changes.followedBy(ids, believed, firstEnd, readAt, believing);
        return new HolderSet(Set.copyOf(believed), times.readAt(), firstEnd, following, Map.copyOf(lacking), Map.of());
    }

    /**
     * The holders after a pass during which holders changed. It says nothing about users that it does not contain.
     *
     * @param some the users that the pass contained
     */
    public HolderSet partlyFollowedBy(Set<String> some, ReadTimes times) {
        Set<String> believed = new HashSet<>(ids);
        believed.addAll(some);
        Map<String, Missing> lacking = new HashMap<>(missing);
        lacking.keySet().removeAll(some);
        Map<String, Long> since = new HashMap<>(seen);
        some.forEach(user -> since.put(user, times.readAt()));
        Changes following = changes.followedBy(ids, believed, firstEnd, readAt, times);
        return new HolderSet(Set.copyOf(believed), readAt, firstEnd, following, Map.copyOf(lacking), Map.copyOf(since));
    }

    /**
     * The set after two passes a minute apart have shown that the role has no holders. Only users whom a read alone has shown as
     * holders since the first of them are not lost yet.
     *
     * @param times of the second pass, which confirms the first one
     * @param shownAt the start of the last read of a user alone, if it showed the role; otherwise the smallest number
     */
    public HolderSet emptied(ReadTimes times, ToLongFunction<String> shownAt) {
        Map<String, Missing> lacking = new HashMap<>();
        for (String user : ids) {
            long shown = shownAt.applyAsLong(user);
            if (shown > times.noticed()) {
                lacking.put(user, new Missing(times.end(), shown));
            }
        }
        Set<String> believed = Set.copyOf(lacking.keySet());
        Changes following = changes.followedBy(ids, believed, firstEnd, readAt, times);
        return new HolderSet(believed, times.readAt(), firstEnd, following, Map.copyOf(lacking), Map.of());
    }

    private static long earlier(ReadTimes times) {
        return times.isConfirming() ? times.noticed() : Long.MIN_VALUE;
    }

    public boolean holds(String user) {
        return ids.contains(user);
    }

    public Changes.@Nullable Loss lossOf(String user) {
        return changes.losses().get(user);
    }
}

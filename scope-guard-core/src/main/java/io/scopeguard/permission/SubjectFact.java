package io.scopeguard.permission;

import io.scopeguard.permission.Changes.Gain;
import io.scopeguard.provider.Standing;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The answer about one subject in one place, with its time and history. Immutable except for the mark of its last use. */
final class SubjectFact {

    private static final VarHandle USED_IN;

    /** The element for the standing among the changes; no role has this id. */
    private static final String STANDING_ID = "\n";

    static {
        try {
            USED_IN = MethodHandles.lookup().findVarHandle(SubjectFact.class, "usedIn", byte.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static final Set<String> STANDING = Set.of(STANDING_ID);

    /** A page contained the subject before any request asked about it. */
    private static final byte UNUSED = 0;

    /** Read for a request, which has not counted yet. */
    private static final byte REQUESTED = -1;

    private final String id;
    private final Holding holding;
    private final long readAt;
    private final long firstEnd;
    private final int brokenAfter;
    private final Changes changes;
    private final boolean complete;

    /** The period in which the fact was used last. Written by one compare-and-set in each period, so that it counts once. */
    private volatile byte usedIn;

    private SubjectFact(
            String id,
            Holding holding,
            long readAt,
            long firstEnd,
            int brokenAfter,
            Changes changes,
            boolean complete,
            byte usedIn) {
        this.id = id;
        this.holding = holding;
        this.readAt = readAt;
        this.firstEnd = firstEnd;
        this.brokenAfter = brokenAfter;
        this.changes = changes;
        this.complete = complete;
        this.usedIn = usedIn;
    }

    static SubjectFact first(String id, Holding holding, ReadTimes times, boolean complete, boolean isRequested) {
        return new SubjectFact(
                id, holding, times.readAt(), times.end(), 0, Changes.NONE, complete, isRequested ? REQUESTED : UNUSED);
    }

    /** A fact that follows from a list about many subjects. */
    static SubjectFact derived(Holding holding, ReadTimes times, Changes changes) {
        return new SubjectFact("", holding, times.readAt(), times.end(), 0, changes, true, (byte) 0);
    }

    /** A fact that another process kept. */
    static SubjectFact recalled(String id, Holding holding, FactHistory history) {
        long broken = Math.max(history.brokenAt() - history.firstEnd(), 0);
        return new SubjectFact(
                id,
                holding,
                history.readAt(),
                history.firstEnd(),
                seconds(broken),
                Changes.recalled(history),
                history.isComplete(),
                REQUESTED);
    }

    /** The history that other processes need to continue this fact. */
    FactHistory history() {
        return new FactHistory(
                holding.standing(),
                holding.roles(),
                readAt,
                firstEnd,
                brokenAt(),
                changes.gainsList(),
                changes.lossesList(),
                complete);
    }

    /** Whether this differs from an earlier state in more than its age, or its history has only just begun. */
    boolean isNewsAfter(@Nullable SubjectFact before) {
        return before == null
                || before.firstEnd != firstEnd
                || before.readAt < before.firstEnd
                || !before.changes.equals(changes)
                || !before.holding.equals(holding);
    }

    /**
     * The fact after another read.
     *
     * @param gap the time between reads beyond which changes in between may have been missed
     */
    SubjectFact followedBy(Holding next, ReadTimes times, long gap) {
        boolean same = next.equals(holding);
        Changes following = same ? changes : changes.followedBy(holding.roles(), next.roles(), firstEnd, readAt, times);
        boolean broken = !same || times.readAt() - readAt > gap;
        return new SubjectFact(
                id,
                same ? holding : next,
                times.readAt(),
                firstEnd,
                broken ? after(times.end()) : brokenAfter,
                standing(next, following, times),
                complete,
                usedIn);
    }

    /** A change of standing is a loss or a gain of everything. */
    private Changes standing(Holding next, Changes following, ReadTimes times) {
        if (next.isInactive() == holding.isInactive()) {
            return following;
        }
        return following.followedBy(
                holding.isInactive() ? Set.of() : STANDING,
                next.isInactive() ? Set.of() : STANDING,
                firstEnd,
                readAt,
                times);
    }

    /** The fact, across a read that was not believed. */
    SubjectFact doubted(long end) {
        return new SubjectFact(id, holding, readAt, firstEnd, after(end), changes, complete, usedIn);
    }

    Holding holding() {
        return holding;
    }

    long readAt() {
        return readAt;
    }

    long firstEnd() {
        return firstEnd;
    }

    /** When the series of reads was last broken: rounded up to seconds, which saves four bytes in each of a million facts. */
    long brokenAt() {
        return firstEnd + TimeUnit.SECONDS.toNanos(brokenAfter);
    }

    private int after(long end) {
        return seconds(Math.max(end - firstEnd, 0));
    }

    private static int seconds(long nanos) {
        return (int) Math.min(-Math.floorDiv(-nanos, TimeUnit.SECONDS.toNanos(1)), Integer.MAX_VALUE);
    }

    /** The subject's id: the same instance as in the key. */
    String id() {
        return id;
    }

    Changes changes() {
        return changes;
    }

    boolean isComplete() {
        return complete;
    }

    Gain gain(String role) {
        return changes.gain(role, firstEnd);
    }

    /** The start of the read that first showed the present standing. */
    long standingSince() {
        Changes.Loss loss = changes.losses().get(STANDING_ID);
        if (loss != null) {
            return loss.lostAt();
        }
        return holding.isInactive()
                ? readAt
                : changes.gain(STANDING_ID, firstEnd).end();
    }

    /** The roles that the read which began at this time showed to be lost. */
    Set<String> lostRoles(long lostAt) {
        return changes.losses().entrySet().stream()
                .filter(loss ->
                        loss.getValue().lostAt() == lostAt && !loss.getKey().equals(STANDING_ID))
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
    }

    boolean hasLosses() {
        return holding.isInactive() || !changes.losses().isEmpty();
    }

    @Nullable
    Standing standing() {
        return holding.standing();
    }

    /** Whether it follows from lists about many subjects. */
    boolean isDerived() {
        return id.isEmpty();
    }

    boolean isUnused() {
        return usedIn == UNUSED;
    }

    /** Whether no request of any period has counted yet. */
    boolean isUncounted() {
        return usedIn <= UNUSED;
    }

    /** The first request asks about the subject: only now does its history begin. */
    SubjectFact requested(long now) {
        return new SubjectFact(id, holding, readAt, now, 0, Changes.NONE, complete, REQUESTED);
    }

    /** Marks the fact as used in a period; whether it was not before. */
    boolean use(byte period) {
        byte last = usedIn;
        return last != period && USED_IN.compareAndSet(this, last, period);
    }
}

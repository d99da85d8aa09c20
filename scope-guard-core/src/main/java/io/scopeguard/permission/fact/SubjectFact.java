package io.scopeguard.permission.fact;

import io.scopeguard.annotation.Internal;
import io.scopeguard.permission.fact.Changes.Gain;
import io.scopeguard.provider.Standing;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.HashSet;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The answer about one subject in one place, with its time and history. Immutable except for the mark of its last use.
 *
 * @hidden
 */
@Internal
public final class SubjectFact {

    private static final VarHandle USED_IN;

    /** The unit of {@link #brokenAfter}, which lasts for some years. */
    private static final long UNIT = TimeUnit.MILLISECONDS.toNanos(100);

    static {
        try {
            USED_IN = MethodHandles.lookup().findVarHandle(SubjectFact.class, "usedIn", byte.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static final Set<String> STANDING = Set.of(FactHistory.STANDING);

    /** A page contained the subject before any request asked about it. */
    private static final byte UNUSED = 0;

    /** Read for a request that has not been counted yet. */
    private static final byte REQUESTED = -1;

    private final String id;
    private final Holding holding;
    private final long readAt;
    private final long firstEnd;
    private final int brokenAfter;
    private final Changes changes;
    private final boolean complete;

    /** The period in which the fact was used last. Written by one compare-and-set per period, so that the fact is counted once. */
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

    /** A fact from the history of another process. */
    static SubjectFact recalled(String id, Holding holding, FactHistory history) {
        long broken = Math.max(history.brokenAt() - history.firstEnd(), 0);
        return new SubjectFact(
                id,
                holding,
                history.readAt(),
                history.firstEnd(),
                // The time was rounded up before; the translation to another clock may add a little.
                (int) Math.min(Math.round(broken / (double) UNIT), Integer.MAX_VALUE),
                Changes.recalled(history),
                history.isComplete(),
                REQUESTED);
    }

    /** The history with which other processes continue this fact. */
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

    /** Whether this fact differs from an earlier state in more than its age, or its history has just begun. */
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
        return followedBy(next, times, gap, readAt);
    }

    /**
     * The fact after another read, if another process may have read the present state later than this one.
     *
     * @param gap the time between reads beyond which changes in between may have been missed
     * @param readUntil when another process has read this state last
     */
    SubjectFact followedBy(Holding next, ReadTimes times, long gap, long readUntil) {
        boolean same = next.equals(holding);
        Changes following = same ? changes : changes.followedBy(holding.roles(), next.roles(), firstEnd, readAt, times);
        boolean broken = !same || times.readAt() - Math.max(readAt, readUntil) > gap;
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

    /**
     * The fact after its last read, if another process noticed the same change earlier: roles count as held since then.
     *
     * @param before the fact before that read
     * @param shared the history of the other process
     */
    SubjectFact seenEarlier(SubjectFact before, FactHistory shared, long gap) {
        Changes theirs = Changes.recalled(shared);
        Changes merged =
                changes.seenEarlier(elements(), firstEnd, before.readAt, element -> theirGain(element, shared, theirs));
        boolean isSame = shared.roles().equals(holding.roles())
                && shared.standing() == holding.standing()
                && shared.readAt() > before.readAt
                && readAt - shared.readAt() <= gap;
        int broken = isSame ? Math.min(brokenAfter, after(shared.brokenAt())) : brokenAfter;
        return new SubjectFact(id, holding, readAt, firstEnd, broken, merged, complete, usedIn);
    }

    private Set<String> elements() {
        Set<String> elements = new HashSet<>(holding.roles());
        elements.add(FactHistory.STANDING);
        return elements;
    }

    private static @Nullable Gain theirGain(String element, FactHistory shared, Changes theirs) {
        boolean isThere = element.equals(FactHistory.STANDING)
                ? shared.standing() == Standing.ACTIVE
                : shared.roles().contains(element);
        return isThere ? theirs.gain(element, shared.firstEnd()) : null;
    }

    /** A change of the standing is a gain or loss of everything. */
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

    /** The fact after a read that was not believed. */
    SubjectFact doubted(long end) {
        return new SubjectFact(id, holding, readAt, firstEnd, after(end), changes, complete, usedIn);
    }

    public Holding holding() {
        return holding;
    }

    public long readAt() {
        return readAt;
    }

    public long firstEnd() {
        return firstEnd;
    }

    /**
     * The time at which the series of reads was last broken, rounded up to tenths of a second. An int saves four bytes in each of a
     * million facts.
     */
    public long brokenAt() {
        return firstEnd + brokenAfter * UNIT;
    }

    private int after(long end) {
        long nanos = Math.max(end - firstEnd, 0);
        return (int) Math.min(-Math.floorDiv(-nanos, UNIT), Integer.MAX_VALUE);
    }

    /** The subject's id, the same instance as in the key. */
    public String id() {
        return id;
    }

    public Changes changes() {
        return changes;
    }

    public boolean isComplete() {
        return complete;
    }

    public Gain gain(String role) {
        return changes.gain(role, firstEnd);
    }

    /** The start of the read that first showed the present standing. */
    public long standingSince() {
        long otherwise = holding.isInactive()
                ? readAt
                : changes.gain(FactHistory.STANDING, firstEnd).end();
        return standingLostAt().orElse(otherwise);
    }

    /** The start of the first believed read without the standing, if an earlier read showed it. */
    public OptionalLong standingLostAt() {
        Changes.Loss loss = changes.losses().get(FactHistory.STANDING);
        return loss == null ? OptionalLong.empty() : OptionalLong.of(loss.lostAt());
    }

    /** The roles whose loss was shown by the read that began at this time. */
    Set<String> lostRoles(long lostAt) {
        return changes.losses().entrySet().stream()
                .filter(loss ->
                        loss.getValue().lostAt() == lostAt && !loss.getKey().equals(FactHistory.STANDING))
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
    }

    boolean hasLosses() {
        return holding.isInactive() || !changes.losses().isEmpty();
    }

    public @Nullable Standing standing() {
        return holding.standing();
    }

    /** Whether the fact follows from lists about many subjects. */
    public boolean isDerived() {
        return id.isEmpty();
    }

    public boolean isUnused() {
        return usedIn == UNUSED;
    }

    /** Whether no request has been counted in any period. */
    public boolean isUncounted() {
        return usedIn <= UNUSED;
    }

    /** Begins the history of the subject, at the first request for it. */
    SubjectFact requested(long now) {
        return new SubjectFact(id, holding, readAt, now, 0, Changes.NONE, complete, REQUESTED);
    }

    /** Marks the fact as used in a period. Returns {@code false} if it already was. */
    public boolean markUsed(byte period) {
        byte last = usedIn;
        return last != period && USED_IN.compareAndSet(this, last, period);
    }
}

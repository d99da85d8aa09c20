package io.scopeguard.permission;

import io.scopeguard.scope.Audience;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a holder held when it was last read. There may be a million of these: small, and sharing all they can. */
final class Reading {

    private final HeldRoles held;
    private final long asOf;
    private final long stamp;

    /** When the first of the readings in a row began. */
    private final long first;

    private final @Nullable Past past;

    /** Whether the roles that are not here were looked for a second time: now, or before they were missing ever since. */
    private final boolean confirmed;

    /** Whether anybody asked for it. */
    private volatile boolean used;

    private Reading(HeldRoles held, long asOf, long stamp, long first, @Nullable Past past, boolean confirmed) {
        this.held = held;
        this.asOf = asOf;
        this.stamp = stamp;
        this.first = first;
        this.past = past;
        this.confirmed = confirmed;
    }

    /** The first reading of a holder. */
    static Reading first(HeldRoles held, long asOf, long stamp, boolean confirmed) {
        return new Reading(held, asOf, stamp, asOf, null, confirmed);
    }

    /** The next reading of the holder. */
    Reading followedBy(HeldRoles next, long nextAsOf, long nextStamp, boolean isConfirmed, Definitions.View view) {
        boolean same = next.equals(held);
        return new Reading(
                same ? held : next,
                nextAsOf,
                nextStamp,
                first,
                same ? past : pastBefore(next, nextAsOf, view),
                confirmed || isConfirmed);
    }

    /** This reading, corrected by a newer one that tells part of it; as old as it was. */
    Reading correctedBy(HeldRoles next, long time, Definitions.View view) {
        return new Reading(next, asOf, stamp, first, pastBefore(next, time, view), confirmed);
    }

    /** The same, without what was seen before. */
    Reading alone() {
        return first(held, asOf, stamp, confirmed);
    }

    /** When the read began. */
    long asOf() {
        return asOf;
    }

    /** Orders the begins of reads and the receipts of changes, where the clock shows the same time for both. */
    long stamp() {
        return stamp;
    }

    Holdings holdings() {
        return held.holdings();
    }

    Meaning meaning(Audience audience, Definitions.View view) {
        return held.meaning(audience, view);
    }

    /** Whether this, read of the counterpart, tells what the holder holds: who is no member has no roles to look for. */
    boolean tellsAllAbout(Holder holder) {
        return holder.kind() == Holder.Kind.MEMBER || hasNoStanding();
    }

    boolean hasNoStanding() {
        return holdings().standing() != Standing.ACTIVE;
    }

    boolean isConfirmed() {
        return confirmed;
    }

    boolean isUsed() {
        return used;
    }

    /** Whether this is the first use. Two at the same time may both be told so: it is only counted. */
    boolean use() {
        if (used) {
            return false;
        }
        used = true;
        return true;
    }

    LivePermissions live(Audience audience, Definitions.View view) {
        Instant time = EpochNanos.toInstant(Math.min(asOf, view.asOf(audience)));
        Meaning meaning = held.meaning(audience, view);
        return new LivePermissions(
                held.holdings().standing(), meaning.issuable(), meaning.granted(), time, history(audience, meaning));
    }

    private ScopeHistory history(Audience audience, Meaning meaning) {
        ScopeHistory before = past == null ? null : past.byAudience.get(audience);
        return past == null || before == null
                ? meaning.history().seenSince(EpochNanos.toInstant(first))
                : meaning.history().precededBy(before, EpochNanos.toInstant(past.until));
    }

    private Past pastBefore(HeldRoles next, long time, Definitions.View view) {
        Instant changed = EpochNanos.toInstant(time);
        Map<Audience, ScopeHistory> histories = new HashMap<>();
        for (Audience audience : held.audiences()) {
            LivePermissions last = live(audience, view);
            Meaning meaning = next.meaning(audience, view);
            histories.put(
                    audience,
                    last.history()
                            .followedBy(
                                    last.granted(), last.issuable(), meaning.granted(), meaning.issuable(), changed));
        }
        return new Past(time, histories);
    }

    /** What was seen until the holder began to hold what it holds now. */
    private record Past(long until, Map<Audience, ScopeHistory> byAudience) {}
}

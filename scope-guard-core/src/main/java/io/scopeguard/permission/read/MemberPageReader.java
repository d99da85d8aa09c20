package io.scopeguard.permission.read;

import io.scopeguard.permission.fact.FactHistory;
import io.scopeguard.permission.fact.FactKey.MembersKey;
import io.scopeguard.permission.fact.FactKey.MembershipKey;
import io.scopeguard.permission.fact.FactStore;
import io.scopeguard.permission.fact.Holding;
import io.scopeguard.permission.fact.ReadTimes;
import io.scopeguard.permission.fact.SubjectFact;
import io.scopeguard.permission.read.DatedReads.Timed;
import io.scopeguard.permission.read.MemberSweep.Seen;
import io.scopeguard.permission.read.MemberSweep.Unconfirmed;
import io.scopeguard.provider.CallContext;
import io.scopeguard.provider.Member;
import io.scopeguard.provider.Page;
import io.scopeguard.provider.PermissionSource;
import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.provider.Standing;
import io.scopeguard.provider.Subject;
import io.scopeguard.time.Sequence;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads the members of an organization by page. Thread-safe. */
final class MemberPageReader {

    /** The minimum number of losses that are judged as a whole, if they are more than a tenth. */
    private static final int MANY = 5;

    private static final int TENTH = 10;
    private static final int MAX_PAGES = 10_000;

    private final PermissionSource source;
    private final FactStore store;
    private final Sequence sequence;
    private final DatedReads reads;
    private final LossJudge judge;
    private final Sweeps sweeps;
    private final long delay;

    MemberPageReader(PermissionSource source, FactStore store, Sequence sequence, LossJudge judge, Sweeps sweeps) {
        this.source = source;
        this.store = store;
        this.sequence = sequence;
        this.reads = new DatedReads(sequence);
        this.judge = judge;
        this.sweeps = sweeps;
        this.delay = source.traits().delay().toNanos();
    }

    /** Reads the next page. Returns whether it was the last one. */
    boolean step(MembersKey key, CallContext context) {
        MemberSweep sweep = sweeps.of(key.organization());
        Pass<Seen> pass = sweep.pass(sequence.next());
        if (pass.pages() == 0) {
            store.recall(sweep.waiting().stream().map(user -> member(user, key)).toList());
        }
        Pass.Place place = pass.place();
        try {
            boolean last = page(key, sweep, pass, context);
            if (last) {
                finish(key, sweep, pass);
            } else if (sweep.isOversized() || pass.pages() >= MAX_PAGES) {
                sweep.abandon();
                return true;
            }
            return last;
        } catch (RuntimeException | Error e) {
            // If the budget leaves no room for the page or its confirming read, the pass continues with the page later.
            if (Sweeps.isOutOfBudget(e)) {
                pass.goBackTo(place);
            } else {
                sweep.abandon();
            }
            throw e;
        }
    }

    private boolean page(MembersKey key, MemberSweep sweep, Pass<Seen> pass, CallContext context) {
        String cursor = pass.cursor();
        Unconfirmed earlier = sweep.unconfirmed();
        Function<CallContext, Page<Member>> members = call -> source.members(key.organization(), cursor, call);
        Timed<Page<Member>> read =
                earlier == null ? reads.timed(context, members) : reads.again(context, earlier.noticed(), members);
        sweep.unconfirmed(null);
        Map<String, Seen> items = new HashMap<>();
        read.value()
                .items()
                .forEach(member -> items.put(member.user(), new Seen(Holding.of(member.membership()), read.times())));
        boolean last = pass.add(read.value(), items, read.times().readAt());
        sweep.hasPages(read.value(), source.traits().pageSize());
        judge.countReads(items.size(), read.times().end());
        if (earlier != null) {
            // The budget left no room for the confirming read before. This read confirms as well.
            earlier.firstReads().keySet().removeIf(user -> isReadSince(member(user, key), earlier.noticed()));
            confirm(key, sweep, earlier, read);
            for (String user : earlier.firstReads().keySet()) {
                if (items.remove(user) != null) {
                    isInUse(user, store.peek(member(user, key)), sweep);
                }
            }
        }
        takeIn(key, sweep, items, read.times().end(), cursor, context);
        return last;
    }

    private void takeIn(
            MembersKey key,
            MemberSweep sweep,
            Map<String, Seen> items,
            long end,
            @Nullable String cursor,
            CallContext context) {
        Map<String, Seen> reduced = new HashMap<>();
        Map<MembershipKey, Seen> unrequested = new HashMap<>();
        recallLate(key, sweep, items.keySet());
        Map<String, FactHistory> shared = seenElsewhere(key, items);
        items.forEach((user, seen) -> {
            MembershipKey member = member(user, key);
            SubjectFact known = store.peek(member);
            if ((known == null || known.isUnused()) && !sweep.isWanted(user)) {
                unrequested.put(member, seen);
                return;
            }
            if (store.isLoss(member, seen.holding(), seen.times())) {
                reduced.put(user, seen);
            } else {
                store.put(member, seen.holding(), seen.times(), shared);
                judge.clear(member);
                sweep.found(user);
            }
            isInUse(user, known, sweep);
        });
        takeInUnrequested(unrequested);
        Map<String, Seen> firstReads = firstReads(key, reduced);
        if (!firstReads.isEmpty()) {
            lookAgain(key, sweep, firstReads, items.size() - unrequested.size(), end, cursor, context);
        }
    }

    /** The stored id is preferred, so that the list holds no second copy of it. */
    private static void isInUse(String user, @Nullable SubjectFact known, MemberSweep sweep) {
        sweep.isInUse(known == null ? user : known.id());
    }

    /** Continues the histories of members that were first requested after the sweep began. */
    private void recallLate(MembersKey key, MemberSweep sweep, Set<String> users) {
        store.recall(users.stream()
                .filter(sweep::isWanted)
                .map(user -> member(user, key))
                .toList());
    }

    private Map<String, FactHistory> seenElsewhere(MembersKey key, Map<String, Seen> items) {
        if (!store.isShared()) {
            return Map.of();
        }
        Map<MembershipKey, Holding> reads = new HashMap<>();
        items.forEach((user, seen) -> reads.put(member(user, key), seen.holding()));
        return store.seenElsewhere(reads);
    }

    /** The first reads of the losses whose confirming read may begin. All other members keep their facts and ages. */
    private Map<String, Seen> firstReads(MembersKey key, Map<String, Seen> reduced) {
        Map<String, Seen> firstReads = new HashMap<>();
        reduced.forEach((user, seen) -> {
            MembershipKey member = member(user, key);
            try {
                Holding first = judge.firstRead(member, store.peek(member), seen.holding(), seen.times());
                firstReads.put(user, new Seen(first, seen.times()));
            } catch (PermissionsUnavailableException e) {
                store.doubted(member, seen.times().end());
            }
        });
        return firstReads;
    }

    /** A loss of a member that no request needs is confirmed when a request needs it. */
    private void takeInUnrequested(Map<MembershipKey, Seen> members) {
        long room = store.roomForUnrequested();
        for (Map.Entry<MembershipKey, Seen> member : members.entrySet()) {
            Seen seen = member.getValue();
            if (seen.holding().isInactive()) {
                store.dropUnused(member.getKey(), seen.times());
            } else if (room > 0) {
                store.putUnrequested(member.getKey(), seen.holding(), seen.times());
                room -= FactStore.weight(member.getKey());
            }
        }
    }

    /**
     * Stores a page, which is the confirming read for every member on it.
     *
     * @param inUse the number of members in use on the page
     */
    private void lookAgain(
            MembersKey key,
            MemberSweep sweep,
            Map<String, Seen> reduced,
            int inUse,
            long noticed,
            @Nullable String cursor,
            CallContext context) {
        long suspended = reduced.values().stream()
                .filter(seen -> seen.holding().isInactive())
                .count();
        Unconfirmed losses = new Unconfirmed(reduced, isMass(suspended, inUse), noticed);
        sweep.unconfirmed(losses);
        Timed<Page<Member>> again =
                reads.again(context, noticed, call -> source.members(key.organization(), cursor, call));
        sweep.unconfirmed(null);
        confirm(key, sweep, losses, again);
    }

    private void confirm(MembersKey key, MemberSweep sweep, Unconfirmed losses, Timed<Page<Member>> again) {
        boolean isDoubted = false;
        for (Member member : again.value().items()) {
            Seen first = losses.firstReads().get(member.user());
            if (first != null) {
                ReadTimes times = again.times().confirming(losses.noticed());
                isDoubted |= !isAccepted(member(member.user(), key), first, member, times, losses.isMass());
                sweep.found(member.user());
            }
        }
        if (isDoubted && sweep.doubt()) {
            judge.warn("Many members of an organization have lost their standing at once");
        }
    }

    /** Stores the answer about a member, unless it takes the standing from so many members that it must persist. */
    private boolean isAccepted(MembershipKey key, Seen first, Member second, ReadTimes times, boolean isMass) {
        SubjectFact known = store.peek(key);
        Holding holding = Holding.of(second.membership()).sparing(FactReader.holding(known), first.holding());
        boolean losesStanding = holding.takesStandingFrom(FactReader.holding(known));
        try {
            if (losesStanding && isMass) {
                judge.requirePersistent(key, known, times.readAt());
            } else {
                judge.requireBelievable(key, known, false, losesStanding, times.readAt());
            }
            store.put(key, holding, times);
            return true;
        } catch (PermissionsUnavailableException e) {
            store.doubted(key, times.end());
            return false;
        }
    }

    private void finish(MembersKey key, MemberSweep sweep, Pass<Seen> pass) {
        List<String> missing = new ArrayList<>();
        for (String user : sweep.finish(pass, sequence.now())) {
            SubjectFact known = store.peek(member(user, key));
            if (known != null && !known.holding().isInactive()) {
                missing.add(user);
            }
        }
        List<String> unread = new ArrayList<>(missing);
        unread.removeIf(user -> isReadSince(member(user, key), pass.readAt()));
        boolean isMass = isMass(unread.size(), sweep.inUse() + missing.size());
        sweep.keepWatching(missing, isMass, pass, sequence.now());
        if (pass.isConclusive()) {
            judgeAbsence(key, sweep, pass, unread, isMass);
        }
    }

    private boolean isReadSince(MembershipKey key, long time) {
        SubjectFact known = store.peek(key);
        return known != null && known.readAt() > time;
    }

    private void judgeAbsence(
            MembersKey key, MemberSweep sweep, Pass<Seen> pass, List<String> missing, boolean isMass) {
        boolean isBelieved = isMass
                && judge.isPlausible(
                        key, pass.readAt(), "Many members are missing from an organization's list at once");
        Map<String, Long> before = sweep.absent(isMass && !isBelieved ? List.of() : missing, sequence.next());
        if (isMass && !isBelieved) {
            return;
        }
        if (!isMass) {
            judge.clear(key);
        }
        before.forEach((user, noticed) -> {
            // If the list is empty, another pass proves nothing: single reads must confirm the losses.
            if (!pass.seen().isEmpty() && missing.contains(user) && noticed < pass.readAt() - delay) {
                expel(member(user, key), new ReadTimes(pass.readAt(), sequence.next(), noticed));
            }
        });
        if (isBelieved) {
            missing.forEach(
                    user -> expel(member(user, key), new ReadTimes(pass.readAt(), sequence.next(), pass.readAt() - 1)));
        }
    }

    private void expel(MembershipKey key, ReadTimes times) {
        store.put(key, Holding.of(Standing.NOT_A_MEMBER), times);
    }

    /** Whether the losses are more than a tenth, and not just a few. */
    static boolean isMass(long losses, int inUse) {
        return losses >= MANY && losses * TENTH > inUse;
    }

    private static MembershipKey member(String user, MembersKey key) {
        return new MembershipKey(Subject.Type.USER, user, key.organization());
    }
}

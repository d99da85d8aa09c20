package io.scopeguard.permission;

import io.scopeguard.permission.FactKey.MembersKey;
import io.scopeguard.permission.FactKey.MembershipKey;
import io.scopeguard.permission.FactReader.Timed;
import io.scopeguard.permission.MemberSweep.Seen;
import io.scopeguard.provider.Answer;
import io.scopeguard.provider.CallContext;
import io.scopeguard.provider.Member;
import io.scopeguard.provider.Membership;
import io.scopeguard.provider.Page;
import io.scopeguard.provider.PermissionSource;
import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.provider.PermissionsUnavailableException.Reason;
import io.scopeguard.provider.Standing;
import io.scopeguard.provider.Subject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads memberships: one, or an organization's by page. Thread-safe. */
final class MemberReader {

    /** So many losses at once are judged as a whole if they are more than a tenth. */
    private static final int MANY = 5;

    private static final int TENTH = 10;
    private static final int MAX_PAGES = 10_000;

    private final PermissionSource source;
    private final FactStore store;
    private final Sequence sequence;
    private final LossJudge judge;
    private final Sweeps sweeps;
    private final long delay;

    MemberReader(PermissionSource source, FactStore store, Sequence sequence, LossJudge judge, Sweeps sweeps) {
        this.source = source;
        this.store = store;
        this.sequence = sequence;
        this.judge = judge;
        this.sweeps = sweeps;
        this.delay = source.traits().delay().toNanos();
    }

    void alone(MembershipKey key, CallContext context) {
        MemberSweep sweep = sweeps.of(key.organization());
        Long absentSince = key.type() == Subject.Type.USER ? sweep.absentSince(key.id()) : null;
        if (absentSince != null && sequence.now() - absentSince >= delay) {
            confirm(key, Holding.of(Standing.NOT_A_MEMBER), true, absentSince, context);
        } else {
            firstRead(key, context);
        }
        sweep.found(key.id());
    }

    private void firstRead(MembershipKey key, CallContext context) {
        Timed<Answer<Membership>> first =
                timed(context, call -> source.membership(key.subject(), key.organization(), call));
        judge.read(1, first.times().end());
        Holding holding = Holding.of(first.value().value());
        if (holding.takesFrom(FactReader.holding(store.glance(key)))) {
            boolean needsMore = holding.isInactive() || !first.value().isExplicit();
            Holding earlier = judge.firstRead(key, store.glance(key), holding, first.times());
            confirm(key, earlier, needsMore, first.times().end(), context);
        } else {
            store.put(key, holding, first.times());
            judge.clear(key);
        }
    }

    /**
     * The confirming read.
     *
     * @param needsMore whether another endpoint should be called, which states absence explicitly
     * @param noticed when the first read had shown the loss
     */
    private void confirm(MembershipKey key, Holding first, boolean needsMore, long noticed, CallContext context) {
        Timed<Answer<Membership>> second = again(
                context,
                noticed,
                call -> needsMore
                        ? source.confirmMembership(key.subject(), key.organization(), call)
                        : source.membership(key.subject(), key.organization(), call));
        SubjectFact known = store.glance(key);
        Holding holding = Holding.of(second.value().value()).sparing(FactReader.holding(known), first);
        if (holding.takesFrom(FactReader.holding(known))) {
            boolean explicit = second.value().isExplicit();
            boolean doubtful = !explicit && holding.empties(FactReader.holding(known));
            if (doubtful && first.isInactive() != holding.isInactive() && !judge.isNamed(key, known)) {
                judge.requirePlausible(
                        key, second.times().readAt(), "Two answers about a member contradict each other");
            }
            judge.requireBelievable(
                    key,
                    known,
                    doubtful,
                    !explicit && holding.isInactive(),
                    second.times().readAt());
        } else {
            judge.clear(key);
        }
        store.put(key, holding, second.times().confirming(noticed));
        if (!holding.takesFrom(FactReader.holding(known))) {
            store.doubted(key, second.times().end());
        }
    }

    /** Reads the next page. Returns whether it was the last one. */
    boolean step(MembersKey key, CallContext context) {
        MemberSweep sweep = sweeps.of(key.organization());
        Pass<Seen> pass = sweep.pass(sequence.next());
        if (pass.pages() == 0) {
            store.recall(sweep.waiting().stream().map(user -> member(user, key)).toList());
        }
        try {
            boolean last = page(key, sweep, pass, context);
            if (last) {
                finish(key, sweep, pass);
            } else if (sweep.isOversized() || pass.pages() >= MAX_PAGES) {
                sweep.abandon();
                return true;
            }
            return last;
        } catch (PermissionsUnavailableException e) {
            if (e.reason() != Reason.BUDGET_EXHAUSTED) {
                sweep.abandon();
            }
            throw e;
        }
    }

    private boolean page(MembersKey key, MemberSweep sweep, Pass<Seen> pass, CallContext context) {
        String cursor = pass.cursor();
        Timed<Page<Member>> read = timed(context, call -> source.members(key.organization(), cursor, call));
        Map<String, Seen> items = new HashMap<>();
        read.value()
                .items()
                .forEach(member -> items.put(member.user(), new Seen(Holding.of(member.membership()), read.times())));
        boolean last = pass.add(read.value(), items, read.times().readAt());
        sweep.hasPages(read.value(), source.traits().pageSize());
        judge.read(items.size(), read.times().end());
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
        items.forEach((user, seen) -> {
            MembershipKey member = member(user, key);
            SubjectFact known = store.glance(member);
            if ((known == null || known.isUnused()) && !sweep.isWanted(user)) {
                takeInUnrequested(member, seen);
                return;
            }
            if (seen.holding().takesFrom(FactReader.holding(known))) {
                reduced.put(user, seen);
            } else {
                store.put(member, seen.holding(), seen.times());
                judge.clear(member);
                sweep.found(user);
            }
            sweep.isInUse(known == null ? user : known.id());
        });
        Map<String, Seen> firstReads = firstReads(key, reduced);
        if (!firstReads.isEmpty()) {
            lookAgain(key, sweep, firstReads, end, cursor, context);
        }
    }

    /** The first reads of those losses whose confirming read may begin. The other members keep their facts and ages. */
    private Map<String, Seen> firstReads(MembersKey key, Map<String, Seen> reduced) {
        Map<String, Seen> firstReads = new HashMap<>();
        reduced.forEach((user, seen) -> {
            MembershipKey member = member(user, key);
            try {
                Holding first = judge.firstRead(member, store.glance(member), seen.holding(), seen.times());
                firstReads.put(user, new Seen(first, seen.times()));
            } catch (PermissionsUnavailableException e) {
                store.doubted(member, seen.times().end());
            }
        });
        return firstReads;
    }

    /** A loss of a member that no request needs is confirmed when a request needs it. */
    private void takeInUnrequested(MembershipKey key, Seen seen) {
        if (!seen.holding().isInactive()) {
            store.putUnrequested(key, seen.holding(), seen.times());
        }
    }

    /** One page is the confirming read for everybody on it. */
    private void lookAgain(
            MembersKey key,
            MemberSweep sweep,
            Map<String, Seen> reduced,
            long noticed,
            @Nullable String cursor,
            CallContext context) {
        long suspended = reduced.values().stream()
                .filter(seen -> seen.holding().isInactive())
                .count();
        boolean credible = !isMass(suspended, sweep.inUse())
                || judge.isPlausible(key, noticed, "Many members of an organization have lost their standing at once");
        Timed<Page<Member>> again = again(context, noticed, call -> source.members(key.organization(), cursor, call));
        again.value().items().stream()
                .filter(member -> reduced.containsKey(member.user()))
                .forEach(member -> {
                    Seen first = Objects.requireNonNull(reduced.get(member.user()));
                    believe(
                            member(member.user(), key),
                            first,
                            member,
                            again.times().confirming(noticed),
                            credible);
                    sweep.found(member.user());
                });
    }

    private void believe(MembershipKey key, Seen first, Member second, ReadTimes times, boolean isCredible) {
        SubjectFact known = store.glance(key);
        Holding holding = Holding.of(second.membership()).sparing(FactReader.holding(known), first.holding());
        boolean losesStanding = holding.takesStandingFrom(FactReader.holding(known));
        if (losesStanding && !isCredible && !judge.isNamed(key, known)) {
            return;
        }
        try {
            judge.requireBelievable(key, known, false, losesStanding && isCredible, times.readAt());
            store.put(key, holding, times);
        } catch (PermissionsUnavailableException e) {
            store.doubted(key, times.end());
        }
    }

    private void finish(MembersKey key, MemberSweep sweep, Pass<Seen> pass) {
        List<String> missing = new ArrayList<>();
        int inUse = sweep.inUse();
        for (String user : sweep.finish(pass, sequence.now())) {
            SubjectFact known = store.glance(member(user, key));
            if (known != null && !known.holding().isInactive()) {
                missing.add(user);
            }
        }
        sweep.keepWatching(missing, isMass(missing.size(), inUse), pass);
        missing.removeIf(user -> isReadSince(member(user, key), pass.readAt()));
        if (pass.isConclusive()) {
            judgeAbsence(key, sweep, pass, missing);
        }
    }

    private boolean isReadSince(MembershipKey key, long time) {
        SubjectFact known = store.glance(key);
        return known != null && known.readAt() > time;
    }

    private void judgeAbsence(MembersKey key, MemberSweep sweep, Pass<Seen> pass, List<String> missing) {
        boolean isMass = isMass(missing.size(), sweep.inUse());
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
            // If the list is empty, another pass proves nothing: single reads must confirm it.
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

    /** More than a tenth, and not just a few. */
    static boolean isMass(long losses, int inUse) {
        return losses >= MANY && losses * TENTH > inUse;
    }

    private static MembershipKey member(String user, MembersKey key) {
        return new MembershipKey(Subject.Type.USER, user, key.organization());
    }

    private <T> Timed<T> timed(CallContext context, Function<CallContext, T> read) {
        return FactReader.timed(sequence, context, read);
    }

    private <T> Timed<T> again(CallContext context, long noticed, Function<CallContext, T> read) {
        return FactReader.again(sequence, context, noticed, read);
    }
}

package io.scopeguard.permission.read;

import io.scopeguard.permission.fact.FactKey.MembershipKey;
import io.scopeguard.permission.fact.FactStore;
import io.scopeguard.permission.fact.Holding;
import io.scopeguard.permission.fact.SubjectFact;
import io.scopeguard.permission.read.DatedReads.Timed;
import io.scopeguard.provider.Answer;
import io.scopeguard.provider.CallContext;
import io.scopeguard.provider.Membership;
import io.scopeguard.provider.PermissionSource;
import io.scopeguard.provider.Standing;
import io.scopeguard.provider.Subject;
import io.scopeguard.time.Sequence;

/** Reads single memberships. Thread-safe. */
final class MemberReader {

    private final PermissionSource source;
    private final FactStore store;
    private final Sequence sequence;
    private final DatedReads reads;
    private final LossJudge judge;
    private final Sweeps sweeps;
    private final long delay;

    MemberReader(PermissionSource source, FactStore store, Sequence sequence, LossJudge judge, Sweeps sweeps) {
        this.source = source;
        this.store = store;
        this.sequence = sequence;
        this.reads = new DatedReads(sequence);
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
                reads.timed(context, call -> source.membership(key.subject(), key.organization(), call));
        judge.countReads(1, first.times().end());
        Holding holding = Holding.of(first.value().value());
        if (store.isLoss(key, holding, first.times())) {
            boolean needsMore = holding.isInactive() || !first.value().isExplicit();
            Holding earlier = judge.firstRead(key, store.peek(key), holding, first.times());
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
     * @param noticed when the first read showed the loss
     */
    private void confirm(MembershipKey key, Holding first, boolean needsMore, long noticed, CallContext context) {
        Timed<Answer<Membership>> second = reads.again(
                context,
                noticed,
                call -> needsMore
                        ? source.confirmMembership(key.subject(), key.organization(), call)
                        : source.membership(key.subject(), key.organization(), call));
        SubjectFact known = store.peek(key);
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
}

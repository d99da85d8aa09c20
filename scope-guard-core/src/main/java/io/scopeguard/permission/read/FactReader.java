package io.scopeguard.permission.read;

import io.scopeguard.annotation.Internal;
import io.scopeguard.permission.fact.FactKey;
import io.scopeguard.permission.fact.FactKey.AccountKey;
import io.scopeguard.permission.fact.FactKey.GrantsKey;
import io.scopeguard.permission.fact.FactKey.HoldersKey;
import io.scopeguard.permission.fact.FactKey.MembersKey;
import io.scopeguard.permission.fact.FactKey.MembershipKey;
import io.scopeguard.permission.fact.FactKey.RoleKey;
import io.scopeguard.permission.fact.FactKey.RolesKey;
import io.scopeguard.permission.fact.FactKey.SubjectKey;
import io.scopeguard.permission.fact.FactStore;
import io.scopeguard.permission.fact.Holding;
import io.scopeguard.permission.fact.ReadTimes;
import io.scopeguard.permission.fact.RoleTable;
import io.scopeguard.permission.fact.SubjectFact;
import io.scopeguard.permission.flight.Flight;
import io.scopeguard.permission.flight.SingleFlight;
import io.scopeguard.permission.read.DatedReads.Timed;
import io.scopeguard.provider.Account;
import io.scopeguard.provider.Answer;
import io.scopeguard.provider.CallContext;
import io.scopeguard.provider.Grants;
import io.scopeguard.provider.PermissionSource;
import io.scopeguard.provider.RoleDefinition;
import io.scopeguard.provider.RoleScopes;
import io.scopeguard.provider.Standing;
import io.scopeguard.provider.Subject;
import io.scopeguard.time.Sequence;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Performs the steps of flights: calls the source, and stores the answer or takes a confirming read first. A loss is believed only
 * after a read that began after the loss was noticed. Thread-safe.
 *
 * @hidden
 */
@Internal
public final class FactReader implements SingleFlight.Reader<FactKey> {

    private final PermissionSource source;
    private final FactStore store;
    private final DatedReads reads;
    private final LossJudge judge;
    private final MemberReader members;
    private final MemberPageReader memberPages;
    private final HolderReader holders;
    private final HolderSweep sweep;

    /** @param maxAge the age from which facts are read again */
    public FactReader(
            PermissionSource source,
            FactStore store,
            Sequence sequence,
            LossJudge judge,
            Sweeps sweeps,
            Duration maxAge) {
        this.source = source;
        this.store = store;
        this.reads = new DatedReads(sequence);
        this.judge = judge;
        this.members = new MemberReader(source, store, sequence, judge, sweeps);
        this.memberPages = new MemberPageReader(source, store, sequence, judge, sweeps);
        this.holders = new HolderReader(source, store, sequence, judge, sweeps, this, maxAge);
        this.sweep = sweeps.holders();
    }

    @Override
    public boolean step(Flight<FactKey> flight) {
        FactKey key = flight.key();
        if (key instanceof MembersKey sweep) {
            return memberPages.step(sweep, flight);
        }
        if (key instanceof SubjectKey subject && store.peek(subject) == null) {
            store.recall(List.of(subject, accountOf(subject), FactStore.grants(subject)));
        }
        if (key instanceof HoldersKey) {
            return holders.step(flight);
        }
        if (key instanceof MembershipKey member) {
            members.alone(member, flight);
        } else if (key instanceof RolesKey roles) {
            readList(roles, flight);
        } else if (key instanceof RoleKey role) {
            readRole(role, flight);
        } else if (key instanceof SubjectKey subject) {
            readSubject(subject, flight);
        }
        return true;
    }

    @Override
    public long lastReadAt(FactKey key) {
        if (key instanceof SubjectKey subject) {
            SubjectFact known = store.peek(subject);
            return known == null ? Long.MIN_VALUE : known.readAt();
        }
        return key instanceof RolesKey roles ? store.roles(roles.set()).readAt() : Long.MIN_VALUE;
    }

    void readList(RolesKey key, CallContext context) {
        store.recallRoles(key.set());
        Timed<Map<String, RoleDefinition>> first = reads.timed(context, call -> source.definitions(key.set(), call));
        RoleTable known = store.roles(key.set()).table();
        boolean isEmptied = known.isEmptiedBy(first.value());
        if (isEmptied) {
            judgeEmptied(key, first.times());
        } else {
            judge.clearDoubt(key);
        }
        if (!known.isReducedBy(first.value())) {
            putList(key, first, first.value(), first.times());
            judge.clear(key);
            return;
        }
        // A delay of the provider does not explain roles that have been missing for a minute.
        Map<String, RoleDefinition> earlier =
                isEmptied ? first.value() : judge.firstRead(key, first.value(), first.times());
        long noticed = first.times().end();
        Timed<Map<String, RoleDefinition>> second =
                reads.again(context, noticed, call -> source.definitions(key.set(), call));
        putList(key, second, earlier, second.times().confirming(noticed));
    }

    private void judgeEmptied(RolesKey key, ReadTimes times) {
        judge.requirePlausible(key, times.readAt(), "None of the roles in " + key.set() + " is defined any more");
    }

    private void putList(
            RolesKey key, Timed<Map<String, RoleDefinition>> read, Map<String, RoleDefinition> first, ReadTimes times) {
        boolean isReadByList = read.value().values().stream().allMatch(definition -> definition.scopes() != null);
        store.updateRoles(key.set(), known -> {
            if (known.readAt() >= times.readAt()) {
                return known;
            }
            RoleTable table = known.table().withList(read.value(), first, known.readAt(), times);
            return known.with(table, times.readAt(), isReadByList);
        });
    }

    void readRole(RoleKey key, CallContext context) {
        Timed<Answer<RoleScopes>> first = reads.timed(context, call -> roleScopes(key, call));
        RoleScopes scopes = first.value().value();
        RoleTable known = store.roles(key.set()).table();
        if (!known.isReducedBy(key.role(), scopes)) {
            putRole(key, scopes, scopes, first.times());
            judge.clear(key);
            return;
        }
        boolean isDoubtful = !first.value().isExplicit() && known.isEmptiedBy(key.role(), scopes);
        RoleScopes earlier = isDoubtful
                ? judge.firstEmptyRead(key, scopes, first.times())
                : judge.firstRead(key, scopes, first.times());
        long noticed = first.times().end();
        Timed<Answer<RoleScopes>> second = reads.again(context, noticed, call -> roleScopes(key, call));
        putRole(key, second.value().value(), earlier, second.times().confirming(noticed));
    }

    /** A bare empty list is not explicit: a faulty provider returns the same. */
    private Answer<RoleScopes> roleScopes(RoleKey key, CallContext context) {
        return source.roleScopes(key.set(), key.role(), key.audience(), context)
                .map(Answer::implicit)
                .orElseGet(() -> Answer.explicit(new RoleScopes(Map.of(), true)));
    }

    private void putRole(RoleKey key, RoleScopes scopes, RoleScopes first, ReadTimes times) {
        store.updateRoles(key.set(), known -> {
            RoleTable table = known.table().withRole(key.role(), scopes, first, times);
            boolean byList = known.isRead() && known.isReadByList();
            return known.with(table, known.readAt(), byList);
        });
    }

    private void readSubject(SubjectKey key, CallContext context) {
        Timed<Answer<Account>> first = reads.timed(context, call -> account(key, call));
        judge.countReads(1, first.times().end());
        continueSweep(key, first);
        long missingSince = missingSince(key, first.value().value());
        if (!takesAway(key, first) || missingSince < first.times().readAt()) {
            put(key, first.value().value(), first.value().value(), first.times().confirming(missingSince));
            judge.clear(key);
            return;
        }
        Account earlier = judge.firstRead(key, store.peek(key), first.value().value(), first.times());
        long noticed = first.times().end();
        Timed<Answer<Account>> second = reads.again(context, noticed, call -> account(key, call));
        Account account = second.value().value();
        if (takesAway(key, second)) {
            judgeLoss(key, second);
        }
        put(key, account, earlier, second.times().confirming(noticed));
    }

    /**
     * If an answer lacks a role that a newer sweep showed than the last read of this subject alone, the fact continues with the
     * result of the sweep. So the role is lost like any other.
     */
    private void continueSweep(SubjectKey key, Timed<Answer<Account>> read) {
        Grants grants = read.value().value().grants();
        SubjectFact byRole = grants == null || key.type() != Subject.Type.USER ? null : sweep.lastSeen(key.id(), store);
        if (grants == null || byRole == null || !Holding.of(grants).takesFrom(byRole.holding())) {
            return;
        }
        SubjectKey alone = FactStore.grants(key);
        SubjectFact known = store.peek(alone);
        Set<String> roles =
                new HashSet<>(known == null ? Set.of() : known.holding().roles());
        long end = byRole.firstEnd();
        for (String role : byRole.holding().roles()) {
            roles.add(role);
            end = Math.max(end, byRole.gain(role).end());
        }
        store.put(alone, Holding.ofRoles(roles), new ReadTimes(byRole.readAt(), end, ReadTimes.NO_LOSSES));
    }

    /**
     * The time from which on sweeps lacked the subject as a holder of all roles that an answer lacks. The answer then confirms the
     * loss, unless a read of the subject alone has shown the roles since.
     */
    private long missingSince(SubjectKey key, Account account) {
        Grants grants = account.grants();
        SubjectFact known = grants == null ? null : store.peek(FactStore.grants(key));
        if (grants == null || known == null || key.type() != Subject.Type.USER) {
            return ReadTimes.NO_LOSSES;
        }
        Set<String> lost = new HashSet<>(known.holding().roles());
        lost.removeAll(Holding.of(grants).roles());
        long since = sweep.missingSince(key.id(), lost);
        return known.readAt() > since ? ReadTimes.NO_LOSSES : since;
    }

    /** One call returns the standing and the grants of an application. */
    private Answer<Account> account(SubjectKey key, CallContext context) {
        boolean grants = key instanceof GrantsKey && key.type() == Subject.Type.USER;
        return grants ? source.globalGrants(key.subject(), context) : source.account(key.subject(), context);
    }

    private boolean takesAway(SubjectKey key, Timed<Answer<Account>> read) {
        Account account = read.value().value();
        return (account.standing() != null
                        && store.isLoss(accountOf(key), Holding.of(account.standing()), read.times()))
                || (account.grants() != null
                        && store.isLoss(FactStore.grants(key), Holding.of(account.grants()), read.times()));
    }

    private void judgeLoss(SubjectKey key, Timed<Answer<Account>> second) {
        Account account = second.value().value();
        SubjectFact grants = store.peek(FactStore.grants(key));
        boolean emptied =
                account.grants() != null && Holding.of(account.grants()).empties(holding(grants));
        boolean isDoubtful = emptied && !second.value().isExplicit();
        boolean losesStanding = account.standing() != null && account.standing() != Standing.ACTIVE;
        SubjectFact known = store.peek(key);
        judge.requireBelievable(
                key, known, isDoubtful, losesStanding, second.times().readAt());
    }

    private void put(SubjectKey key, Account account, Account first, ReadTimes times) {
        if (account.standing() != null) {
            store.put(accountOf(key), Holding.of(account.standing()), times);
        }
        if (account.grants() != null) {
            SubjectKey grants = FactStore.grants(key);
            Holding firstHolding = first.grants() == null ? Holding.of(account.grants()) : Holding.of(first.grants());
            store.put(grants, Holding.of(account.grants()).sparing(holding(store.peek(grants)), firstHolding), times);
        } else if (key instanceof GrantsKey && account.standing() != null) {
            // A subject that the provider does not know has no grants.
            store.put(key, Holding.ofRoles(Set.of()), times);
        }
    }

    private static AccountKey accountOf(SubjectKey key) {
        return new AccountKey(key.type(), key.id());
    }

    static @Nullable Holding holding(@Nullable SubjectFact fact) {
        return fact == null ? null : fact.holding();
    }
}

package io.scopeguard.permission;

import io.scopeguard.permission.FactKey.AccountKey;
import io.scopeguard.permission.FactKey.GrantsKey;
import io.scopeguard.permission.FactKey.HoldersKey;
import io.scopeguard.permission.FactKey.MembersKey;
import io.scopeguard.permission.FactKey.MembershipKey;
import io.scopeguard.permission.FactKey.RoleKey;
import io.scopeguard.permission.FactKey.RolesKey;
import io.scopeguard.permission.FactKey.SubjectKey;
import io.scopeguard.provider.Account;
import io.scopeguard.provider.Answer;
import io.scopeguard.provider.CallContext;
import io.scopeguard.provider.PermissionSource;
import io.scopeguard.provider.RoleDefinition;
import io.scopeguard.provider.RoleScopes;
import io.scopeguard.provider.Standing;
import io.scopeguard.provider.Subject;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Performs the steps of flights: calls the source, and stores the answer or takes a confirming read first. A loss is believed only
 * after a read that began after the loss was noticed. Thread-safe.
 */
final class FactReader implements SingleFlight.Reader {

    private final PermissionSource source;
    private final FactStore store;
    private final Sequence sequence;
    private final LossJudge judge;
    private final MemberReader members;
    private final HolderReader holders;

    FactReader(PermissionSource source, FactStore store, Sequence sequence, LossJudge judge, Sweeps sweeps) {
        this.source = source;
        this.store = store;
        this.sequence = sequence;
        this.judge = judge;
        this.members = new MemberReader(source, store, sequence, judge, sweeps);
        this.holders = new HolderReader(source, store, sequence, judge, sweeps, this);
    }

    @Override
    public boolean step(Flight flight) {
        FactKey key = flight.key();
        if (key instanceof MembersKey sweep) {
            return members.step(sweep, flight);
        }
        if (key instanceof SubjectKey subject && store.glance(subject) == null) {
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
    public long readAt(FactKey key) {
        if (key instanceof SubjectKey subject) {
            SubjectFact known = store.glance(subject);
            return known == null ? Long.MIN_VALUE : known.readAt();
        }
        return key instanceof RolesKey roles ? store.roles(roles.set()).readAt() : Long.MIN_VALUE;
    }

    /** A definite answer to one call, and when it was given. */
    record Timed<T>(T value, ReadTimes times) {}

    /** Makes a read, or takes that of another process; it is dated by its first call, not by the wait before it. */
    static <T> Timed<T> timed(Sequence sequence, CallContext context, Function<CallContext, T> read) {
        DatedCall call = new DatedCall(context, sequence);
        T value = read.apply(call);
        return new Timed<>(value, call.times());
    }

    /**
     * Makes the confirming read of a loss.
     *
     * @param noticed when a first read had shown the loss
     */
    static <T> Timed<T> again(Sequence sequence, CallContext context, long noticed, Function<CallContext, T> read) {
        return timed(sequence, new ConfirmingRead(context, noticed), read);
    }

    private <T> Timed<T> timed(CallContext context, Function<CallContext, T> read) {
        return timed(sequence, context, read);
    }

    private <T> Timed<T> again(CallContext context, long noticed, Function<CallContext, T> read) {
        return again(sequence, context, noticed, read);
    }

    void readList(RolesKey key, CallContext context) {
        store.recallRoles(key.set());
        Timed<Map<String, RoleDefinition>> first = timed(context, call -> source.definitions(key.set(), call));
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
        // Roles that were gone for a minute are not explained by a delay.
        Map<String, RoleDefinition> earlier =
                isEmptied ? first.value() : judge.firstRead(key, first.value(), first.times());
        long noticed = first.times().end();
        Timed<Map<String, RoleDefinition>> second =
                again(context, noticed, call -> source.definitions(key.set(), call));
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
        Timed<Answer<RoleScopes>> first = timed(context, call -> roleScopes(key, call));
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
        Timed<Answer<RoleScopes>> second = again(context, noticed, call -> roleScopes(key, call));
        putRole(key, second.value().value(), earlier, second.times().confirming(noticed));
    }

    /** A faulty provider returns a bare empty list as well. */
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
        Timed<Answer<Account>> first = timed(context, call -> account(key, call));
        judge.read(1, first.times().end());
        if (!takesAway(key, first.value().value())) {
            put(key, first.value().value(), first.value().value(), first.times());
            judge.clear(key);
            return;
        }
        Account earlier = judge.firstRead(key, store.glance(key), first.value().value(), first.times());
        long noticed = first.times().end();
        Timed<Answer<Account>> second = again(context, noticed, call -> account(key, call));
        Account account = second.value().value();
        if (takesAway(key, account)) {
            judgeLoss(key, second);
        }
        put(key, account, earlier, second.times().confirming(noticed));
    }

    /** An application's standing and grants come with one call. */
    private Answer<Account> account(SubjectKey key, CallContext context) {
        boolean grants = key instanceof GrantsKey && key.type() == Subject.Type.USER;
        return grants ? source.globalGrants(key.subject(), context) : source.account(key.subject(), context);
    }

    private boolean takesAway(SubjectKey key, Account account) {
        SubjectFact standing = store.glance(accountOf(key));
        SubjectFact grants = store.glance(FactStore.grants(key));
        return (account.standing() != null && Holding.of(account.standing()).takesFrom(holding(standing)))
                || (account.grants() != null && Holding.of(account.grants()).takesFrom(holding(grants)));
    }

    private void judgeLoss(SubjectKey key, Timed<Answer<Account>> second) {
        Account account = second.value().value();
        SubjectFact grants = store.glance(FactStore.grants(key));
        boolean emptied =
                account.grants() != null && Holding.of(account.grants()).empties(holding(grants));
        boolean isDoubtful = emptied && !second.value().isExplicit();
        boolean losesStanding = account.standing() != null && account.standing() != Standing.ACTIVE;
        SubjectFact known = store.glance(key);
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
            store.put(grants, Holding.of(account.grants()).sparing(holding(store.glance(grants)), firstHolding), times);
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

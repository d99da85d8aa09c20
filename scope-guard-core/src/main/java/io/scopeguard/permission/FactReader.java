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
 * Performs the steps of flights: calls the source, and stores the answer or takes a second look first. A loss is believed only
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
    record Timed<T>(T value, Look look) {}

    /** Makes a read, or takes that of another process; it is dated by its first call, not by the wait before it. */
    static <T> Timed<T> timed(Sequence sequence, CallContext context, Function<CallContext, T> read) {
        DatedCall call = new DatedCall(context, sequence);
        T value = read.apply(call);
        return new Timed<>(value, call.look());
    }

    /**
     * Makes the second look at a loss.
     *
     * @param noticed when a first look had shown the loss
     */
    static <T> Timed<T> again(Sequence sequence, CallContext context, long noticed, Function<CallContext, T> read) {
        return timed(sequence, new SecondLook(context, noticed), read);
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
            judgeEmptied(key, first.look());
        } else {
            judge.clearDoubt(key);
        }
        if (!known.isReducedBy(first.value())) {
            putList(key, first, first.value(), first.look());
            judge.clear(key);
            return;
        }
        // Roles that were gone for a minute are not explained by a delay.
        Map<String, RoleDefinition> earlier =
                isEmptied ? first.value() : judge.firstLook(key, first.value(), first.look());
        long noticed = first.look().end();
        Timed<Map<String, RoleDefinition>> second =
                again(context, noticed, call -> source.definitions(key.set(), call));
        putList(key, second, earlier, second.look().confirming(noticed));
    }

    private void judgeEmptied(RolesKey key, Look look) {
        judge.requirePlausible(key, look.readAt(), "None of the roles in " + key.set() + " is defined any more");
    }

    private void putList(
            RolesKey key, Timed<Map<String, RoleDefinition>> read, Map<String, RoleDefinition> first, Look look) {
        boolean isReadByList = read.value().values().stream().allMatch(definition -> definition.scopes() != null);
        store.updateRoles(key.set(), known -> {
            if (known.readAt() >= look.readAt()) {
                return known;
            }
            RoleTable table = known.table().withList(read.value(), first, known.readAt(), look);
            return known.with(table, look.readAt(), isReadByList);
        });
    }

    void readRole(RoleKey key, CallContext context) {
        Timed<Answer<RoleScopes>> first = timed(context, call -> roleScopes(key, call));
        RoleScopes scopes = first.value().value();
        RoleTable known = store.roles(key.set()).table();
        if (!known.isReducedBy(key.role(), scopes)) {
            putRole(key, scopes, scopes, first.look());
            judge.clear(key);
            return;
        }
        boolean isDoubtful = !first.value().isExplicit() && known.isEmptiedBy(key.role(), scopes);
        RoleScopes earlier = isDoubtful
                ? judge.firstEmptyLook(key, scopes, first.look())
                : judge.firstLook(key, scopes, first.look());
        long noticed = first.look().end();
        Timed<Answer<RoleScopes>> second = again(context, noticed, call -> roleScopes(key, call));
        putRole(key, second.value().value(), earlier, second.look().confirming(noticed));
    }

    /** A faulty provider returns a bare empty list as well. */
    private Answer<RoleScopes> roleScopes(RoleKey key, CallContext context) {
        return source.roleScopes(key.set(), key.role(), key.audience(), context)
                .map(Answer::implicit)
                .orElseGet(() -> Answer.explicit(new RoleScopes(Map.of(), true)));
    }

    private void putRole(RoleKey key, RoleScopes scopes, RoleScopes first, Look look) {
        store.updateRoles(key.set(), known -> {
            RoleTable table = known.table().withRole(key.role(), scopes, first, look);
            boolean byList = known.isRead() && known.isReadByList();
            return known.with(table, known.readAt(), byList);
        });
    }

    private void readSubject(SubjectKey key, CallContext context) {
        Timed<Answer<Account>> first = timed(context, call -> account(key, call));
        judge.read(1, first.look().end());
        if (!takesAway(key, first.value().value())) {
            put(key, first.value().value(), first.value().value(), first.look());
            judge.clear(key);
            return;
        }
        Account earlier = judge.firstLook(key, store.glance(key), first.value().value(), first.look());
        long noticed = first.look().end();
        Timed<Answer<Account>> second = again(context, noticed, call -> account(key, call));
        Account account = second.value().value();
        if (takesAway(key, account)) {
            judgeLoss(key, second);
        }
        put(key, account, earlier, second.look().confirming(noticed));
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
                key, known, isDoubtful, losesStanding, second.look().readAt());
    }

    private void put(SubjectKey key, Account account, Account first, Look look) {
        if (account.standing() != null) {
            store.put(accountOf(key), Holding.of(account.standing()), look);
        }
        if (account.grants() != null) {
            SubjectKey grants = FactStore.grants(key);
            Holding firstHolding = first.grants() == null ? Holding.of(account.grants()) : Holding.of(first.grants());
            store.put(grants, Holding.of(account.grants()).sparing(holding(store.glance(grants)), firstHolding), look);
        } else if (key instanceof GrantsKey && account.standing() != null) {
            // A subject that the provider does not know has no grants.
            store.put(key, Holding.ofRoles(Set.of()), look);
        }
    }

    private static AccountKey accountOf(SubjectKey key) {
        return new AccountKey(key.type(), key.id());
    }

    static @Nullable Holding holding(@Nullable SubjectFact fact) {
        return fact == null ? null : fact.holding();
    }
}

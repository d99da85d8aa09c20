package io.scopeguard.permission;

import io.scopeguard.permission.RoleTable.Role;
import io.scopeguard.scope.Audience;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The definitions of one set of roles, and how old they are. Immutable.
 *
 * @param readAt the start of the last read of the list
 * @param isReadByList whether the list contains the scopes of the roles; otherwise each role is read alone
 * @param pendingLosses roles that subjects lost since the list was read, with the time when the latest loss of each was noticed.
 *     Such a loss binds with definitions that are read afterwards: they may show that another role grants the same.
 * @param recheckedAt the start of the last read that served such losses
 * @param relevance whether somebody holds a role with scopes of an audience, or one of some roles by name, as far as that was
 *     worked out
 */
record RoleSet(
        RoleTable table,
        long readAt,
        boolean isReadByList,
        Map<String, Long> pendingLosses,
        long recheckedAt,
        Map<Object, Boolean> relevance) {

    static final RoleSet UNREAD =
            new RoleSet(RoleTable.EMPTY, Long.MIN_VALUE, true, Map.of(), Long.MIN_VALUE, new ConcurrentHashMap<>());

    /** A scope that no role grants any more, or a role without holders, still matters to pictures of this age. */
    private static final long AFTERMATH = Duration.ofMinutes(10).toNanos();

    /** This, after a read. */
    RoleSet with(RoleTable next, long nextReadAt, boolean isNextReadByList) {
        Map<String, Long> pending = new HashMap<>(pendingLosses);
        pending.entrySet().removeIf(loss -> loss.getValue() < nextReadAt || !next.means(loss.getKey()));
        long rechecked = !pendingLosses.isEmpty() && pending.isEmpty() ? nextReadAt : recheckedAt;
        return new RoleSet(
                next, nextReadAt, isNextReadByList, Map.copyOf(pending), rechecked, new ConcurrentHashMap<>(2));
    }

    /** This, after a subject lost roles. The loss of a role that grants nothing any more takes nothing away. */
    RoleSet lossNoticed(Collection<String> lost, long noticed) {
        Map<String, Long> pending = new HashMap<>(pendingLosses);
        lost.stream().filter(table::means).forEach(role -> pending.merge(role, noticed, Math::max));
        return pending.equals(pendingLosses)
                ? this
                : new RoleSet(table, readAt, isReadByList, Map.copyOf(pending), recheckedAt, relevance);
    }

    /** When the latest of the pending losses was noticed, or the smallest number. */
    long lossNoticedAt() {
        return pendingLosses.values().stream().mapToLong(Long::longValue).max().orElse(Long.MIN_VALUE);
    }

    boolean isRead() {
        return readAt != Long.MIN_VALUE;
    }

    /** The age of resolved scopes: that of the list, or of the reads of each role if those are newer. */
    long readAt(Resolved resolved) {
        return isReadByList ? Math.max(readAt, resolved.readAt()) : resolved.readAt();
    }

    /** Whether a subject may hold one of the roles and gain scopes of the audience by it. */
    boolean mayGrant(Audience audience) {
        return relevance.computeIfAbsent(
                audience, ignored -> table.roles().values().stream().anyMatch(role -> mayGrant(role, audience)));
    }

    /** Whether a subject may hold a role by one of these names. */
    boolean mayHold(Set<String> names) {
        return !names.isEmpty()
                && relevance.computeIfAbsent(
                        names,
                        ignored ->
                                table.roles().values().stream().anyMatch(role -> role.isNamed(names) && isHeld(role)));
    }

    /** Whether the role is held by anybody, or was until recently. */
    boolean isHeld(Role role) {
        return role.holderCount() != 0 || role.emptySince() > readAt - AFTERMATH;
    }

    private boolean mayGrant(Role role, Audience audience) {
        return isHeld(role) && (!role.areScopesKnown() || role.hasScopesOf(audience, readAt - AFTERMATH));
    }

    /** Whether the role has scopes of any audience, or had until recently. */
    boolean hasScopes(Role role) {
        return role.meanings().keySet().stream().anyMatch(audience -> role.hasScopesOf(audience, readAt - AFTERMATH));
    }
}

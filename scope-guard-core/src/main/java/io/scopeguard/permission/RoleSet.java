package io.scopeguard.permission;

import io.scopeguard.permission.RoleTable.Role;
import io.scopeguard.scope.Audience;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The definitions of one set of roles, and how old they are. Immutable.
 *
 * @param readAt the start of the last read of the list
 * @param isReadByList whether the list contains the scopes of the roles; otherwise each role is read alone
 * @param lossNoticedAt when the latest loss of one of the roles was noticed; it binds with definitions that are read afterwards
 * @param recheckedAt the start of the last read that served such a loss
 * @param relevance whether a role in use grants scopes of an audience, or has one of some names, as far as that was computed
 */
record RoleSet(
        RoleTable table,
        long readAt,
        boolean isReadByList,
        long lossNoticedAt,
        long recheckedAt,
        Map<Object, Boolean> relevance) {

    static final RoleSet UNREAD = new RoleSet(
            RoleTable.EMPTY, Long.MIN_VALUE, true, Long.MIN_VALUE, Long.MIN_VALUE, new ConcurrentHashMap<>());

    /** A scope that no role grants any more, or a role without holders, still matters to pictures of this age. */
    private static final long AFTERMATH = Duration.ofMinutes(10).toNanos();

    /** This, after a read. */
    RoleSet with(RoleTable next, long nextReadAt, boolean isNextReadByList) {
        long rechecked = readAt < lossNoticedAt && lossNoticedAt < nextReadAt ? nextReadAt : recheckedAt;
        return new RoleSet(next, nextReadAt, isNextReadByList, lossNoticedAt, rechecked, new ConcurrentHashMap<>(2));
    }

    /** This, after a subject lost one of the roles. */
    RoleSet lossNoticed(long noticed) {
        return noticed > lossNoticedAt
                ? new RoleSet(table, readAt, isReadByList, noticed, recheckedAt, relevance)
                : this;
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

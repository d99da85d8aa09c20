package io.scopeguard.permission.fact;

import io.scopeguard.annotation.Internal;
import io.scopeguard.permission.fact.RoleTable.Role;
import io.scopeguard.scope.Audience;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * The definitions of one set of roles, and their age. Immutable.
 *
 * @param readAt the start of the last read of the list
 * @param isReadByList whether the list contains the scopes of the roles; otherwise each role is read alone
 * @param pendingLosses roles that subjects lost since the list was read, with the time at which the latest loss of each was
 *     noticed. Such a loss binds with definitions that are read afterwards, because they may show that another role grants the
 *     same.
 * @param recheckedAt the start of the last read that served such losses
 * @param relevance computed results: whether anybody holds a role with scopes of an audience, or a role of a certain name
 * @param lastLosses computed results of {@link #lastLoss}
 *
 * @hidden
 */
@Internal
public record RoleSet(
        RoleTable table,
        long readAt,
        boolean isReadByList,
        Map<String, Long> pendingLosses,
        long recheckedAt,
        Map<Object, Boolean> relevance,
        Map<Audience, Long> lastLosses) {

    public static final RoleSet UNREAD = new RoleSet(RoleTable.EMPTY, Long.MIN_VALUE, true, Map.of(), Long.MIN_VALUE);

    /** The age of pictures for which a scope that no role grants any more, or a role without holders, is still relevant. */
    static final long AFTERMATH = Duration.ofMinutes(10).toNanos();

    private RoleSet(
            RoleTable table, long readAt, boolean isReadByList, Map<String, Long> pendingLosses, long recheckedAt) {
        this(
                table,
                readAt,
                isReadByList,
                pendingLosses,
                recheckedAt,
                new ConcurrentHashMap<>(2),
                new ConcurrentHashMap<>(2));
    }

    /** This set after a read. */
    public RoleSet with(RoleTable next, long nextReadAt, boolean isNextReadByList) {
        Map<String, Long> pending = new HashMap<>(pendingLosses);
        pending.entrySet().removeIf(loss -> loss.getValue() < nextReadAt || !next.means(loss.getKey()));
        long rechecked = pending.size() < pendingLosses.size() ? nextReadAt : recheckedAt;
        return new RoleSet(next, nextReadAt, isNextReadByList, Map.copyOf(pending), rechecked);
    }

    /** Whether a read adds a scope to a role, or a role. */
    boolean isExtendedBy(RoleSet next) {
        return next.table != table
                && next.table.roles().entrySet().stream()
                        .anyMatch(role -> isExtendedBy(role.getKey(), role.getValue()));
    }

    private boolean isExtendedBy(String id, Role next) {
        Role known = table.role(id);
        return next.meanings().keySet().stream()
                .anyMatch(audience -> known == null || !known.scopes(audience).containsAll(next.scopes(audience)));
    }

    /** This set after a read, if another process may have read the same earlier. */
    RoleSet seenEarlier(RoleSet before, RoleTable theirs) {
        if (theirs == RoleTable.EMPTY || table == before.table) {
            return this;
        }
        long listReadAt = before.isReadByList ? before.readAt : Long.MIN_VALUE;
        RoleTable merged = table.seenEarlier(before.table, theirs, listReadAt);
        return merged == table ? this : new RoleSet(merged, readAt, isReadByList, pendingLosses, recheckedAt);
    }

    /** This set after a subject lost roles. The loss of a role that no longer grants anything takes nothing away. */
    public RoleSet lossNoticed(Collection<String> lost, long noticed) {
        Map<String, Long> pending = new HashMap<>(pendingLosses);
        lost.stream().filter(table::means).forEach(role -> pending.merge(role, noticed, Math::max));
        return pending.equals(pendingLosses)
                ? this
                : new RoleSet(table, readAt, isReadByList, Map.copyOf(pending), recheckedAt, relevance, lastLosses);
    }

    /** The time at which the latest pending loss was noticed, or the smallest number. */
    public long lossNoticedAt() {
        return pendingLosses.values().stream().mapToLong(Long::longValue).max().orElse(Long.MIN_VALUE);
    }

    /** Whether a role has lost scopes, which binds tokens that were issued before. */
    boolean hasLosses() {
        return table.roles().values().stream()
                .flatMap(role -> role.meanings().values().stream())
                .anyMatch(meaning -> !meaning.changes().losses().isEmpty());
    }

    /** The start of the believed read that showed the latest loss of a scope of the audience in any role, or the smallest number. */
    public long lastLoss(Audience audience) {
        Long known = lastLosses.get(audience);
        return known != null
                ? known
                : lastLosses.computeIfAbsent(
                        audience,
                        missing -> table.roles().values().stream()
                                .flatMap(role ->
                                        Stream.ofNullable(role.meanings().get(missing)))
                                .flatMap(meaning -> meaning.changes().losses().values().stream())
                                .mapToLong(Changes.Loss::lostAt)
                                .max()
                                .orElse(Long.MIN_VALUE));
    }

    public boolean isRead() {
        return readAt != Long.MIN_VALUE;
    }

    /** The age of resolved scopes: that of the list, or of the reads of each role if those are newer. */
    public long readAt(Resolved resolved) {
        return isReadByList ? Math.max(readAt, resolved.readAt()) : resolved.readAt();
    }

    /** Whether a subject may hold a role of this set that grants scopes of the audience. */
    public boolean mayGrant(Audience audience) {
        Boolean known = relevance.get(audience);
        if (known != null) {
            return known;
        }
        return relevance.computeIfAbsent(
                audience, ignored -> table.roles().values().stream().anyMatch(role -> mayGrant(role, audience)));
    }

    /** The roles with holders that are known to grant nothing, because each was read alone: the list does not contain scopes. */
    public Set<String> heldForNothing(Audience audience) {
        Set<String> ids = new HashSet<>();
        table.roles().forEach((id, role) -> {
            if (!isReadByList && role.isListed() && role.holderCount() != 0 && !mayGrant(role, audience)) {
                ids.add(id);
            }
        });
        return ids;
    }

    /** The start of the oldest read that shows that no holder of a role has scopes of the audience. */
    public long nothingGrantedAt(Audience audience) {
        long oldest = readAt;
        for (String id : heldForNothing(audience)) {
            oldest = Math.min(oldest, table.meaning(id, audience).readAt());
        }
        return oldest;
    }

    /** Whether a subject may hold a role with one of these names. */
    public boolean mayHold(Set<String> names) {
        return !names.isEmpty()
                && relevance.computeIfAbsent(
                        names,
                        ignored ->
                                table.roles().values().stream().anyMatch(role -> role.isNamed(names) && isHeld(role)));
    }

    /** Whether anybody holds the role, or did until recently. */
    public boolean isHeld(Role role) {
        return role.holderCount() != 0 || role.emptySince() > readAt - AFTERMATH;
    }

    /** A role whose last holder was gone before its scopes were read has granted nothing in any picture. */
    private boolean mayGrant(Role role, Audience audience) {
        return role.areScopesKnown()
                ? isHeld(role) && role.hasScopesOf(audience, readAt - AFTERMATH)
                : role.holderCount() != 0;
    }

    /** Whether the role has scopes of any audience, or had until recently. */
    public boolean hasScopes(Role role) {
        return role.meanings().keySet().stream().anyMatch(audience -> role.hasScopesOf(audience, readAt - AFTERMATH));
    }
}

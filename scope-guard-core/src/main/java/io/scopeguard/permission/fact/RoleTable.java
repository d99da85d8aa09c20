package io.scopeguard.permission.fact;

import io.scopeguard.annotation.Internal;
import io.scopeguard.provider.RoleDefinition;
import io.scopeguard.provider.RoleScopes;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The roles of one set with their scopes, and the history of both. Immutable; there is a new instance only after a change.
 *
 * @hidden
 */
@Internal
public final class RoleTable {

    static final RoleTable EMPTY = new RoleTable(Map.of());

    private static final char DIRECT = '\n';

    /** Lists that agree for this long are believed. */
    private static final long CONFIRMED = Duration.ofMinutes(1).toNanos();

    private static final Meaning UNKNOWN =
            new Meaning(Scopes.none(), Changes.NONE, Long.MIN_VALUE, Long.MIN_VALUE, false);

    private final Map<String, Role> roles;

    private RoleTable(Map<String, Role> roles) {
        this.roles = roles;
    }

    static RoleTable of(Map<String, Role> roles) {
        return new RoleTable(Map.copyOf(roles));
    }

    /**
     * The scopes of one role for one audience.
     *
     * @param firstEnd the end of the first read that showed them
     * @param readAt the start of the last read of this role alone
     */
    public record Meaning(Scopes scopes, Changes changes, long firstEnd, long readAt, boolean isDefined) {

        static Meaning first(Scopes scopes, ReadTimes times, long readAt) {
            return new Meaning(scopes, Changes.NONE, times.end(), readAt, true);
        }

        Meaning followedBy(Scopes next, long lastRead, ReadTimes times, long nextReadAt) {
            Changes following =
                    changes.followedBy(scopes.toList(), Set.copyOf(next.toList()), firstEnd, lastRead, times);
            return following.equals(changes) && nextReadAt == readAt
                    ? this
                    : new Meaning(following.equals(changes) ? scopes : next, following, firstEnd, nextReadAt, true);
        }

        /** The scopes in a picture that was read at the given time: a loss that was noticed later does not bind. */
        public Scopes scopesIn(long pictureReadAt) {
            Scopes kept = scopes;
            for (Map.Entry<String, Changes.Loss> loss : changes.losses().entrySet()) {
                if (!loss.getValue().bindsIn(pictureReadAt)) {
                    kept = kept.or(Scopes.of(loss.getKey()));
                }
            }
            return kept;
        }

        private Meaning seenEarlier(Meaning theirs, long lastRead) {
            Changes merged = changes.seenEarlier(
                    scopes.toList(),
                    firstEnd,
                    lastRead,
                    scope -> theirs.scopes.contains(scope) ? theirs.changes.gain(scope, theirs.firstEnd) : null);
            return merged.equals(changes) ? this : new Meaning(scopes, merged, firstEnd, readAt, isDefined);
        }
    }

    /**
     * One role.
     *
     * @param names the names of the role for people and in tokens
     * @param isListed whether the last list contained it
     * @param holderCount how many users hold it, or {@link RoleDefinition#UNKNOWN_COUNT}
     * @param holders their ids, if the list contained all of them
     * @param emptySince the time since which the list reports no holders of the role
     * @param readAt the start of the last read of this role alone, with all its scopes
     */
    public record Role(
            Set<String> names,
            Map<Audience, Meaning> meanings,
            boolean isListed,
            int holderCount,
            @Nullable Set<String> holders,
            long emptySince,
            long readAt,
            boolean areScopesKnown) {

        static final Role NEW = new Role(
                Set.of(), Map.of(), false, RoleDefinition.UNKNOWN_COUNT, null, Long.MIN_VALUE, Long.MIN_VALUE, false);

        boolean hasScopesOf(Audience audience, long lostAfter) {
            Meaning meaning = meanings.get(audience);
            return meaning != null
                    && (!meaning.scopes.isEmpty()
                            || meaning.changes.losses().values().stream().anyMatch(loss -> loss.noticed() > lostAfter));
        }

        Scopes scopes(Audience audience) {
            Meaning meaning = meanings.get(audience);
            return meaning == null ? Scopes.none() : meaning.scopes;
        }

        private Role listed(int count, @Nullable Set<String> ids, long lastRead, ReadTimes times) {
            boolean isEmptied = count == 0 && (holderCount > 0 || isForgotten(lastRead, times));
            long since = isEmptied ? times.readAt() : emptySince;
            return new Role(names, meanings, true, count, ids, since, readAt, areScopesKnown);
        }

        /**
         * Whether the lists that reported no holders count as implausible answers that did not recur in time, so that the next one is
         * a first look again.
         */
        private boolean isForgotten(long lastRead, ReadTimes times) {
            return emptySince != Long.MIN_VALUE
                    && lastRead >= emptySince
                    && lastRead - emptySince < CONFIRMED
                    && times.readAt() - lastRead > RoleSet.AFTERMATH;
        }

        private Role named(Set<String> next) {
            return new Role(next, meanings, isListed, holderCount, holders, emptySince, readAt, areScopesKnown);
        }

        /** Whether the last list contained the role with one of these names. */
        public boolean isNamed(Set<String> wanted) {
            return isListed && !Collections.disjoint(names, wanted);
        }

        private Role withMeanings(Map<Audience, Meaning> next, long nextReadAt) {
            return new Role(names, Map.copyOf(next), isListed, holderCount, holders, emptySince, nextReadAt, true);
        }

        private Role seenEarlier(Role theirs, ToLongFunction<Audience> lastRead) {
            Map<Audience, Meaning> next = new HashMap<>(meanings);
            next.replaceAll((audience, meaning) -> {
                Meaning other = theirs.meanings.get(audience);
                return other == null ? meaning : meaning.seenEarlier(other, lastRead.applyAsLong(audience));
            });
            return new Role(
                    names, Map.copyOf(next), isListed, holderCount, holders, emptySince, readAt, areScopesKnown);
        }

        /** Whether the last list contained the role, or a read of the role alone showed that it grants something. */
        private boolean isDefined() {
            return isListed || meanings.values().stream().anyMatch(meaning -> !meaning.scopes.isEmpty());
        }

        /** A role that is not in the list has no holders, even if no list ever contained it. */
        private Role unlisted(ReadTimes times) {
            return isListed || holderCount != 0
                    ? new Role(names, meanings, false, 0, Set.of(), times.readAt(), readAt, areScopesKnown)
                    : this;
        }
    }

    /** The id of the pseudo-role of a scope that was granted without a role. */
    static String direct(Audience audience, String scope) {
        return DIRECT + audience.value() + DIRECT + scope;
    }

    public Map<String, Role> roles() {
        return roles;
    }

    public @Nullable Role role(String id) {
        return roles.get(id);
    }

    public Meaning meaning(String id, Audience audience) {
        if (id.charAt(0) == DIRECT) {
            return direct(id, audience);
        }
        Role role = roles.get(id);
        if (role == null) {
            return UNKNOWN;
        }
        Meaning meaning = role.meanings.get(audience);
        if (meaning == null) {
            return new Meaning(Scopes.none(), Changes.NONE, Long.MIN_VALUE, role.readAt, role.areScopesKnown);
        }
        return meaning.readAt >= role.readAt
                ? meaning
                : new Meaning(meaning.scopes, meaning.changes, meaning.firstEnd, role.readAt, true);
    }

    /** Whether the role is defined or known to grant something. */
    boolean means(String id) {
        Role role = roles.get(id);
        return id.charAt(0) == DIRECT || (role != null && role.isDefined());
    }

    private static Meaning direct(String id, Audience audience) {
        String prefix = direct(audience, "");
        Scopes scopes = id.startsWith(prefix) ? Scopes.of(id.substring(prefix.length())) : Scopes.none();
        return new Meaning(scopes, Changes.NONE, Long.MIN_VALUE, Long.MAX_VALUE, true);
    }

    /** All scopes of an audience that any role grants. */
    public Scopes scopes(Audience audience) {
        Scopes all = Scopes.none();
        for (Role role : roles.values()) {
            all = all.or(role.scopes(audience));
        }
        return all;
    }

    /** Whether the list takes away a role, a name or a scope of a role, or the last holder of a role. */
    public boolean isReducedBy(Map<String, RoleDefinition> list) {
        return roles.entrySet().stream().anyMatch(role -> isReduced(role.getValue(), list.get(role.getKey())));
    }

    private static boolean isReduced(Role role, @Nullable RoleDefinition definition) {
        if (definition == null) {
            return role.isDefined();
        }
        if (!definition.names().containsAll(role.names)) {
            return true;
        }
        if (definition.scopes() == null) {
            return role.holderCount > 0 && definition.holderCount() == 0;
        }
        return role.meanings.entrySet().stream()
                .anyMatch(meaning -> !scopes(definition, meaning.getKey()).containsAll(meaning.getValue().scopes));
    }

    /**
     * Whether there were roles and none of them is left. Another tenant or an incomplete answer is more likely than such a change.
     */
    public boolean isEmptiedBy(Map<String, RoleDefinition> list) {
        Set<String> listed = new HashSet<>();
        roles.forEach((id, role) -> {
            if (role.isListed) {
                listed.add(id);
            }
        });
        return !listed.isEmpty() && Collections.disjoint(listed, list.keySet());
    }

    /**
     * This table after a list was read.
     *
     * @param first the list of the first read, if this one confirms losses; an element of either list is not lost
     */
    public RoleTable withList(
            Map<String, RoleDefinition> list, Map<String, RoleDefinition> first, long lastRead, ReadTimes times) {
        Map<String, Role> next = new HashMap<>(roles);
        list.forEach((id, definition) -> next.merge(
                id,
                listed(Role.NEW, definition, first.get(id), lastRead, times),
                (known, fresh) -> listed(known, definition, first.get(id), lastRead, times)));
        next.replaceAll(
                (id, role) -> list.containsKey(id) || first.containsKey(id) ? role : gone(role, lastRead, times));
        return next.equals(roles) ? this : new RoleTable(Map.copyOf(next));
    }

    private static Role listed(
            Role known, RoleDefinition definition, @Nullable RoleDefinition first, long lastRead, ReadTimes times) {
        boolean emptied = definition.holderCount() == 0 && known.holderCount > 0;
        Role named = known.named(names(known, definition, first));
        Role role = emptied && first != null && first.holderCount() != 0
                ? named.listed(known.holderCount, known.holders, lastRead, times)
                : named.listed(definition.holderCount(), definition.holders(), lastRead, times);
        if (definition.scopes() == null) {
            return role;
        }
        Map<Audience, Meaning> meanings = new HashMap<>(known.meanings);
        Set<Audience> audiences = new HashSet<>(meanings.keySet());
        audiences.addAll(definition.scopes().keySet());
        for (Audience audience : audiences) {
            Scopes next =
                    scopes(definition, audience).or(scopes(first, audience).and(known.scopes(audience)));
            meanings.put(audience, meaning(known, audience, next, lastRead, times, Long.MIN_VALUE));
        }
        return role.withMeanings(meanings, known.readAt);
    }

    private static Set<String> names(Role known, RoleDefinition definition, @Nullable RoleDefinition first) {
        if (first == null || definition.names().equals(first.names())) {
            return definition.names();
        }
        Set<String> names = new HashSet<>(first.names());
        names.retainAll(known.names);
        names.addAll(definition.names());
        return Set.copyOf(names);
    }

    private static Role gone(Role role, long lastRead, ReadTimes times) {
        Map<Audience, Meaning> meanings = new HashMap<>(role.meanings);
        meanings.replaceAll((audience, meaning) -> meaning.followedBy(Scopes.none(), lastRead, times, meaning.readAt));
        return role.unlisted(times).withMeanings(meanings, role.readAt);
    }

    /** Whether a read of one role alone takes something away. */
    public boolean isReducedBy(String id, RoleScopes scopes) {
        Role role = roles.get(id);
        return role != null
                && role.meanings.entrySet().stream()
                        .anyMatch(meaning ->
                                (scopes.isComplete() || scopes.byAudience().containsKey(meaning.getKey()))
                                        && !reported(scopes, meaning.getKey()).containsAll(meaning.getValue().scopes));
    }

    /** Whether a role has lost all of its scopes. */
    public boolean isEmptiedBy(String id, RoleScopes scopes) {
        return isReducedBy(id, scopes) && scopes.byAudience().values().stream().allMatch(Scopes::isEmpty);
    }

    /** This table after one role was read alone. */
    public RoleTable withRole(String id, RoleScopes scopes, RoleScopes first, ReadTimes times) {
        Role known = roles.getOrDefault(id, Role.NEW);
        Map<Audience, Meaning> meanings = new HashMap<>(known.meanings);
        Set<Audience> audiences = new HashSet<>(scopes.byAudience().keySet());
        if (scopes.isComplete()) {
            audiences.addAll(meanings.keySet());
        }
        for (Audience audience : audiences) {
            Scopes next =
                    reported(scopes, audience).or(reported(first, audience).and(known.scopes(audience)));
            long lastRead = meaning(id, audience).readAt;
            meanings.put(audience, meaning(known, audience, next, lastRead, times, times.readAt()));
        }
        Role role = known.withMeanings(meanings, scopes.isComplete() ? times.readAt() : known.readAt);
        Map<String, Role> next = new HashMap<>(roles);
        next.put(id, role);
        return new RoleTable(Map.copyOf(next));
    }

    /**
     * This table after a read, if another process noticed the gain of the same scopes earlier.
     *
     * @param before the table before the read
     * @param theirs the table of the other process
     * @param listReadAt the start of the last read of the list before, if the list contains scopes
     */
    RoleTable seenEarlier(RoleTable before, RoleTable theirs, long listReadAt) {
        Map<String, Role> next = new HashMap<>(roles);
        next.replaceAll((id, role) -> {
            Role other = theirs.roles.get(id);
            return other == null || role.equals(before.roles.get(id))
                    ? role
                    : role.seenEarlier(other, audience -> Math.max(listReadAt, before.meaning(id, audience).readAt));
        });
        return next.equals(roles) ? this : new RoleTable(Map.copyOf(next));
    }

    private static Meaning meaning(
            Role known, Audience audience, Scopes next, long lastRead, ReadTimes times, long readAloneAt) {
        Meaning meaning = known.meanings.get(audience);
        if (meaning == null) {
            // A role that was read before, without this audience, has just gained the audience.
            return known.areScopesKnown
                    ? new Meaning(Scopes.none(), Changes.NONE, times.end(), readAloneAt, true)
                            .followedBy(next, lastRead, times, readAloneAt)
                    : Meaning.first(next, times, readAloneAt);
        }
        return meaning.followedBy(next, lastRead, times, Math.max(meaning.readAt, readAloneAt));
    }

    private static Scopes scopes(@Nullable RoleDefinition definition, Audience audience) {
        return definition == null || definition.scopes() == null
                ? Scopes.none()
                : definition.scopes().getOrDefault(audience, Scopes.none());
    }

    private static Scopes reported(RoleScopes scopes, Audience audience) {
        return scopes.byAudience().getOrDefault(audience, Scopes.none());
    }
}

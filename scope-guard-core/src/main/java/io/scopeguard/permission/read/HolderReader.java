package io.scopeguard.permission.read;

import io.scopeguard.annotation.Internal;
import io.scopeguard.permission.fact.FactKey.GrantsKey;
import io.scopeguard.permission.fact.FactKey.RoleKey;
import io.scopeguard.permission.fact.FactKey.RolesKey;
import io.scopeguard.permission.fact.FactStore;
import io.scopeguard.permission.fact.HolderSet;
import io.scopeguard.permission.fact.ReadTimes;
import io.scopeguard.permission.fact.RoleSet;
import io.scopeguard.permission.fact.RoleTable.Role;
import io.scopeguard.permission.fact.SubjectFact;
import io.scopeguard.permission.read.DatedReads.Timed;
import io.scopeguard.permission.read.HolderSweep.Walk;
import io.scopeguard.provider.CallContext;
import io.scopeguard.provider.Holder;
import io.scopeguard.provider.Page;
import io.scopeguard.provider.PermissionSource;
import io.scopeguard.provider.Standing;
import io.scopeguard.provider.Subject;
import io.scopeguard.scope.Audience;
import io.scopeguard.time.Sequence;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Reads the holders of global roles by role: the list of roles, their scopes, and the holders of the roles that grant something.
 *
 * @hidden
 */
@Internal
public final class HolderReader {

    /** A sweep reads the list of roles itself if the last read of the list is older than a sixth of the maximum age. */
    private static final int LISTS_PER_MAX_AGE = 6;

    private final PermissionSource source;
    private final FactStore store;
    private final Sequence sequence;
    private final DatedReads reads;
    private final LossJudge judge;
    private final HolderSweep sweep;
    private final FactReader definitions;
    private final long recent;

    HolderReader(
            PermissionSource source,
            FactStore store,
            Sequence sequence,
            LossJudge judge,
            Sweeps sweeps,
            FactReader definitions,
            Duration maxAge) {
        this.source = source;
        this.store = store;
        this.sequence = sequence;
        this.reads = new DatedReads(sequence);
        this.judge = judge;
        this.sweep = sweeps.holders();
        this.definitions = definitions;
        this.recent = maxAge.toNanos() / LISTS_PER_MAX_AGE;
    }

    /** Performs the next call of the sweep. Returns whether the sweep is complete. */
    boolean step(CallContext context) {
        Walk walk = sweep.walk();
        try {
            if (!walk.isListRead) {
                readList(walk, context);
            } else if (!walk.scopesToRead.isEmpty()) {
                readScopes(walk.scopesToRead.element(), context);
                walk.scopesToRead.remove();
            } else if (!walk.isPlanned) {
                planHolders(walk);
            } else if (!walk.rolesToRead.isEmpty()) {
                readPage(walk, walk.rolesToRead.element(), context);
            }
        } catch (RuntimeException | Error e) {
            // Without room in the budget, the sweep continues later where it is.
            if (!Sweeps.isOutOfBudget(e)) {
                sweep.abandon();
            }
            throw e;
        }
        boolean done = walk.isPlanned && walk.scopesToRead.isEmpty() && walk.rolesToRead.isEmpty();
        if (done) {
            sweep.finish(walk, sequence.next());
            store.holdersRead();
        }
        return done;
    }

    private void readList(Walk walk, CallContext context) {
        RoleSet known = roles();
        boolean isReadForThis = known.readAt() > Math.max(sweep.listReadAt(), context.notBefore())
                && sequence.now() - known.readAt() <= recent;
        if (!isReadForThis) {
            definitions.readList(new RolesKey(source.globalRoles()), context);
        }
        RoleSet roles = roles();
        long lastRead = Math.max(sweep.finishedAt(), context.notBefore());
        walk.listReadAt = roles.readAt();
        roles.table().roles().forEach((id, role) -> {
            boolean isDue = role.readAt() <= lastRead || !role.areScopesKnown();
            if (role.holderCount() != 0 && role.isListed() && !roles.isReadByList() && isDue) {
                walk.scopesToRead.add(id);
            }
        });
        walk.isListRead = true;
    }

    private void readScopes(String role, CallContext context) {
        Audience audience = sweep.audiences().stream().findFirst().orElse(Audience.ORGANIZATION);
        definitions.readRole(new RoleKey(source.globalRoles(), role, audience), context);
    }

    private void planHolders(Walk walk) {
        RoleSet roles = roles();
        walk.selectedAt = walk.listReadAt;
        roles.table().roles().forEach((id, role) -> {
            if (!sweep.matters(roles, role) || !roles.isHeld(role)) {
                walk.selectedAt = Math.min(walk.selectedAt, skippedAt(roles, role));
                return;
            }
            Set<String> known = role.holderCount() == 0 ? Set.of() : role.holders();
            if (known == null) {
                walk.rolesToRead.add(id);
            } else {
                walk.unclear.addAll(known);
                takeIn(walk, id, known, roles.readAt(), mayBeEmpty(id, role));
            }
        });
        walk.isPlanned = true;
    }

    /** Whether the list of roles alone may show that a role has no holders any more. A role that it lacks grants nothing anyway. */
    private boolean mayBeEmpty(String id, Role role) {
        HolderSet known = sweep.byRole().get(id);
        return known == null
                || !role.isListed()
                || !LossJudge.isMany(known.ids().size());
    }

    /** The start of the read that shows that the holders of a role are not relevant. */
    private static long skippedAt(RoleSet roles, Role role) {
        boolean isForItsScopes = role.holderCount() != 0 && !roles.isReadByList() && role.readAt() != Long.MIN_VALUE;
        return isForItsScopes ? role.readAt() : Long.MAX_VALUE;
    }

    private void readPage(Walk walk, String role, CallContext context) {
        Pass<Boolean> pass = Objects.requireNonNullElseGet(walk.pass, () -> new Pass<>(sequence.next()));
        walk.pass = pass;
        Timed<Page<Holder>> read = reads.timed(context, call -> source.holders(role, pass.cursor(), call));
        Map<String, Boolean> items = new HashMap<>();
        read.value().items().forEach(holder -> {
            items.put(holder.user(), true);
            if (holder.standing() == Standing.ACTIVE) {
                walk.unclear.remove(holder.user());
            } else {
                walk.unclear.add(holder.user());
            }
        });
        judge.countReads(items.size(), read.times().end());
        if (pass.add(read.value(), items, read.times().readAt())) {
            walk.pass = null;
            walk.rolesToRead.remove();
            if (pass.isConclusive()) {
                takeIn(walk, role, pass.seen().keySet(), pass.readAt(), false);
            } else {
                takeInPart(walk, role, pass);
            }
        }
    }

    /** Holders changed during the pass. It shows users who hold the role, but not who does not. */
    private void takeInPart(Walk walk, String role, Pass<Boolean> pass) {
        walk.isSteady = false;
        HolderSet known = sweep.byRole().get(role);
        if (known == null) {
            walk.lacksRole = true;
        } else {
            ReadTimes times = new ReadTimes(pass.readAt(), sequence.next(), ReadTimes.NO_LOSSES);
            walk.next.put(role, known.partlyFollowedBy(pass.seen().keySet(), times));
        }
    }

    /** @param mayBeEmpty whether the role may have lost all of its holders at once */
    private void takeIn(Walk walk, String role, Set<String> ids, long readAt, boolean mayBeEmpty) {
        HolderSet known = sweep.byRole().get(role);
        ReadTimes times = new ReadTimes(readAt, sequence.next(), ReadTimes.NO_LOSSES);
        if (known == null) {
            walk.next.put(role, HolderSet.first(ids, times));
        } else if (mayBeEmpty || !ids.isEmpty() || known.ids().isEmpty()) {
            judge.clear(doubt(role));
            walk.next.put(role, known.followedBy(ids, times, times.end(), user -> shownAt(user, role)));
        } else {
            takeInEmpty(walk, role, known, times);
        }
    }

    private void takeInEmpty(Walk walk, String role, HolderSet known, ReadTimes times) {
        Long noticed = judge.noticedIfPlausible(
                doubt(role), times, "A global role seems to have lost all of its holders at once");
        if (noticed == null) {
            // Until then, the older pass counts. Sweeps in quick succession would not change that.
            walk.isSteady = false;
            walk.next.put(role, known);
        } else {
            walk.next.put(role, known.emptied(times.confirming(noticed), user -> shownAt(user, role)));
        }
    }

    /** The start of the last read of a user alone, if it showed the role; otherwise the smallest number. */
    private long shownAt(String user, String role) {
        SubjectFact alone = store.peek(new GrantsKey(Subject.Type.USER, user));
        return alone != null && alone.holding().roles().contains(role) ? alone.readAt() : Long.MIN_VALUE;
    }

    private RoleKey doubt(String role) {
        return new RoleKey(source.globalRoles(), role, Audience.ORGANIZATION);
    }

    private RoleSet roles() {
        return store.roles(source.globalRoles());
    }
}

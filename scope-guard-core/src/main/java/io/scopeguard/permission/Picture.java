package io.scopeguard.permission;

import io.scopeguard.permission.Changes.Gain;
import io.scopeguard.permission.Changes.Loss;
import io.scopeguard.provider.Standing;
import io.scopeguard.role.RoleKind;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import io.scopeguard.time.SteadyClock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The facts behind the permissions of one key. Permissions follow from them alone. A loss binds only in a picture all of whose
 * facts were read after the loss was noticed: until then the older, larger picture holds. Immutable.
 */
final class Picture implements PermissionHistory {

    private final Question question;
    private final Stored stored;

    /** Standing and roles in the organization, or the standing outside of organizations; {@code null} if never read. */
    private final @Nullable SubjectFact subject;

    private final Global outside;

    private final @Nullable Resolved organization;
    private final @Nullable Resolved global;
    private final long readAt;
    private final Scopes granted;

    /** Scopes for which the picture was found to be enough. Written without a lock: it may be found out twice. */
    private @Nullable Scopes enough;

    /** What the picture means, made once for all requests. Likewise. */
    private @Nullable LivePermissions live;

    /**
     * The facts as they are stored. As long as they are the same, so is the picture.
     *
     * @param inactive a newer standing, seen elsewhere
     * @param alone global grants that were read for the subject
     * @param holders by role, if that was read
     */
    record Stored(
            @Nullable SubjectFact subject,
            @Nullable SubjectFact inactive,
            RoleSet organizationRoles,
            RoleSet globalRoles,
            @Nullable SubjectFact alone,
            Map<String, HolderSet> holders) {

        /** Whether these facts are the same; enough where nothing outside of organizations matters. */
        @SuppressWarnings("ReferenceEquality")
        boolean isMadeOf(@Nullable SubjectFact ofSubject, @Nullable SubjectFact elsewhere, RoleSet roles) {
            return subject == ofSubject && inactive == elsewhere && organizationRoles == roles;
        }

        /** Facts are not compared: a changed fact is another instance. */
        @Override
        @SuppressWarnings("ReferenceEquality")
        public boolean equals(Object other) {
            return other instanceof Stored that
                    && isMadeOf(that.subject, that.inactive, that.organizationRoles)
                    && globalRoles == that.globalRoles
                    && alone == that.alone
                    && holders == that.holders;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(subject);
        }
    }

    /**
     * The facts outside of organizations.
     *
     * @param grants global grants; {@code null} if they do not matter or were never read
     * @param isNeeded whether the subject's grants are part of the picture
     * @param needsList whether the list of global roles is: it decides that grants do not matter, or names the roles
     */
    record Global(@Nullable SubjectFact grants, RoleSet roles, boolean isNeeded, boolean needsList) {

        /** Nothing outside of organizations matters. */
        static final Global NONE = new Global(null, RoleSet.UNREAD, false, false);
    }

    Picture(Question question, Stored stored, @Nullable SubjectFact subject, Global outside) {
        this.question = question;
        this.stored = stored;
        this.subject = subject;
        this.outside = outside;
        Audience audience = question.key().audience();
        this.organization = subject != null && question.isOfOrganization()
                ? subject.holding().resolve(audience, stored.organizationRoles.table())
                : null;
        this.global = outside.grants == null || !question.countsGrants()
                ? null
                : outside.grants.holding().resolve(audience, outside.roles.table());
        this.readAt = oldestRead();
        this.granted = granted(readAt);
    }

    /** What the picture means. The time is that of the first request that uses it. */
    LivePermissions live(SteadyClock clock) {
        LivePermissions known = live;
        if (known == null) {
            known = live(clock, Scopes.none(), this::roles);
            live = known;
        }
        return known;
    }

    /**
     * What the picture means, as far as it is certain.
     *
     * @param spared scopes that are not certainly gone
     */
    LivePermissions live(SteadyClock clock, Scopes spared, Function<RoleKind, @Nullable LiveRoles> roles) {
        return new LivePermissions(
                standing(),
                issuable().or(spared),
                granted.or(spared),
                clock.instant().minusNanos(Math.max(clock.nanos() - readAt, 0)),
                readAt,
                this,
                roles);
    }

    private long oldestRead() {
        if (subject == null) {
            return Long.MIN_VALUE;
        }
        if (hasNoStanding()) {
            return stored.inactive != null ? stored.inactive.readAt() : subject.readAt();
        }
        long oldest = Math.min(subject.readAt(), organizationReadAt());
        if (outside.isNeeded) {
            oldest = Math.min(oldest, grantsReadAt());
        }
        return isListPart() ? Math.min(oldest, outside.roles.readAt()) : oldest;
    }

    private long organizationReadAt() {
        if (organization != null) {
            return stored.organizationRoles.readAt(organization);
        }
        return question.isLeaky() ? stored.organizationRoles.readAt() : Long.MAX_VALUE;
    }

    private long grantsReadAt() {
        if (outside.grants == null) {
            return Long.MIN_VALUE;
        }
        return global == null
                ? outside.grants.readAt()
                : Math.min(outside.grants.readAt(), outside.roles.readAt(global));
    }

    /** Whether the picture needs the list of global roles: for the names of roles, or to show that a role has no holders. */
    boolean isListPart() {
        return outside.needsList && (!outside.isNeeded || question.key().roles().needsGlobalRoles());
    }

    /** The start of the oldest read behind this; the smallest number if a fact is missing. */
    long readAt() {
        return readAt;
    }

    Question question() {
        return question;
    }

    PermissionKey key() {
        return question.key();
    }

    Stored stored() {
        return stored;
    }

    @Nullable
    SubjectFact subject() {
        return subject;
    }

    @Nullable
    SubjectFact grants() {
        return outside.grants;
    }

    RoleSet organizationRoles() {
        return stored.organizationRoles;
    }

    RoleSet globalRoles() {
        return outside.roles;
    }

    boolean needsGrants() {
        return outside.isNeeded;
    }

    boolean needsGlobalList() {
        return outside.needsList;
    }

    boolean hasNoStanding() {
        return stored.inactive != null || (subject != null && subject.holding().hasNoStanding());
    }

    Standing standing() {
        Standing elsewhere = stored.inactive == null ? null : stored.inactive.standing();
        if (elsewhere != null) {
            return elsewhere;
        }
        Standing own = subject == null ? null : subject.standing();
        return own == null ? Standing.ACTIVE : own;
    }

    /** Whether a role is held that is not defined, although it may have been made after the definitions were read. */
    boolean lacksDefinitions() {
        return isUndefined(organization, subject, stored.organizationRoles);
    }

    private static boolean isUndefined(@Nullable Resolved resolved, @Nullable SubjectFact fact, RoleSet roles) {
        return resolved != null && fact != null && !resolved.isComplete() && roles.readAt() < fact.readAt();
    }

    /** Whether the subject holds a global role whose scopes were never read, and are not in the list of roles. */
    boolean lacksGlobalScopes() {
        return global != null && !global.isComplete();
    }

    Scopes granted() {
        return granted;
    }

    /** The granted scopes in a picture that was read at some time; at the end of time all losses bind. */
    Scopes granted(long pictureReadAt) {
        if (subject == null || hasNoStanding()) {
            return Scopes.none();
        }
        Scopes here = organization == null
                ? Scopes.none()
                : withUnboundLosses(
                        organization.scopesIn(pictureReadAt), subject, stored.organizationRoles, pictureReadAt);
        if (outside.grants == null || global == null) {
            return here;
        }
        Scopes everywhere =
                withUnboundLosses(global.scopesIn(pictureReadAt), outside.grants, outside.roles, pictureReadAt);
        return here.or(everywhere);
    }

    private Scopes withUnboundLosses(Scopes scopes, SubjectFact fact, RoleSet roles, long pictureReadAt) {
        Map<String, Loss> losses = fact.changes().losses();
        if (losses.isEmpty()) {
            return scopes;
        }
        Scopes kept = scopes;
        for (Map.Entry<String, Loss> loss : losses.entrySet()) {
            if (!loss.getValue().bindsIn(pictureReadAt)) {
                kept = kept.or(roles.table()
                        .meaning(loss.getKey(), question.key().audience())
                        .scopes());
            }
        }
        return kept;
    }

    /** The scopes that a new token could carry. */
    Scopes issuable() {
        Scopes granted = granted();
        return question.isLeaky() && !hasNoStanding()
                ? granted.or(
                        stored.organizationRoles.table().scopes(question.key().audience()))
                : granted;
    }

    /** Held scopes that a loss takes away as soon as the rest of the picture is read again; when the last loss was noticed. */
    long pendingLoss(Scopes held) {
        Scopes now = granted();
        Scopes pending = now.and(held).minus(granted(Long.MAX_VALUE));
        if (pending.isEmpty() && !isRoleLossPending()) {
            return Long.MIN_VALUE;
        }
        long noticed = Long.MIN_VALUE;
        for (Map<String, Loss> losses : losses()) {
            for (Loss loss : losses.values()) {
                noticed = loss.bindsIn(readAt) ? noticed : Math.max(noticed, loss.noticed());
            }
        }
        return noticed;
    }

    private List<Map<String, Loss>> losses() {
        List<Map<String, Loss>> losses = new ArrayList<>();
        addLosses(losses, subject, organization);
        addLosses(losses, outside.grants, global);
        return losses;
    }

    private static void addLosses(
            List<Map<String, Loss>> losses, @Nullable SubjectFact fact, @Nullable Resolved resolved) {
        if (fact != null) {
            losses.add(fact.changes().losses());
        }
        if (resolved != null) {
            losses.add(resolved.lost());
        }
    }

    /**
     * The time at which the last of the facts was read for the first time. A scope of a token that the picture lacks is a loss; a
     * picture that was read only once is a first look.
     */
    long firstEnd() {
        long end = Long.MIN_VALUE;
        if (subject != null) {
            end = Math.max(end, subject.firstEnd());
        }
        if (organization != null) {
            end = Math.max(end, organization.firstEnd());
        }
        if (outside.grants != null) {
            end = Math.max(end, outside.grants.firstEnd());
        }
        return global == null ? end : Math.max(end, global.firstEnd());
    }

    private boolean isRoleLossPending() {
        for (RoleKind kind : RoleKind.values()) {
            HeldRoles held = question.key().roles().wanted().of(kind).isEmpty() ? null : roles(kind);
            if (held != null && held.isLossPending()) {
                return true;
            }
        }
        return false;
    }

    /** The roles of one kind that matter and are held; {@code null} if that is unknown. */
    @Nullable
    HeldRoles roles(RoleKind kind) {
        Set<String> wanted = question.key().roles().wanted().of(kind);
        if (kind == RoleKind.ORGANIZATION) {
            return question.key().organization() == null || subject == null
                    ? null
                    : new HeldRoles(this, subject, stored.organizationRoles, wanted);
        }
        boolean isKnown = outside.grants != null || (!outside.isNeeded && outside.roles.isRead()) || hasNoStanding();
        return !wanted.isEmpty() && isKnown ? new HeldRoles(this, outside.grants, outside.roles, wanted) : null;
    }

    private boolean hasRoles(RoleKind kind) {
        Set<String> carried = question.key().roles().held().of(kind);
        HeldRoles held = carried.isEmpty() ? null : roles(kind);
        return held == null || held.names().containsAll(carried);
    }

    /** Whether a token with these scopes may be contradicted: what it has beyond the picture was looked for twice. */
    @SuppressWarnings("ReferenceEquality")
    boolean isEnoughFor(Scopes held) {
        boolean isKnown = held == enough;
        if (!isKnown && isEnough(held)) {
            enough = held;
            return true;
        }
        return isKnown;
    }

    private boolean isEnough(Scopes held) {
        return hasNoStanding()
                || (granted().containsAll(held) && hasRoles(RoleKind.ORGANIZATION) && hasRoles(RoleKind.GLOBAL))
                || (readAt > firstEnd() && !lacksDefinitions() && !lacksGlobalScopes());
    }

    @Override
    public OptionalLong heldSince(String scope) {
        Gain gain = gain(scope);
        return gain == null ? OptionalLong.empty() : OptionalLong.of(gain.end());
    }

    /** How the scope came, the earliest way that counts; {@code null} if it is not held. */
    private @Nullable Gain gain(String scope) {
        if (!granted.contains(scope)) {
            return null;
        }
        List<Gain> held = new ArrayList<>();
        List<Held> past = new ArrayList<>();
        collect(scope, subject, stored.organizationRoles, organization, held, past);
        collect(scope, outside.grants, outside.roles, global, held, past);
        return earliest(held, past);
    }

    /** The earliest of the ways in which the scope is held, and of those that went over into one of them without a gap. */
    private @Nullable Gain earliest(List<Gain> held, List<Held> past) {
        // A scope that is held by a loss that does not bind yet is held the way it was.
        past.stream().filter(each -> each.noticed >= readAt).forEach(each -> held.add(each.gain));
        boolean grows = true;
        while (grows) {
            grows = false;
            for (Held each : List.copyOf(past)) {
                if (held.stream().anyMatch(gain -> gain.lackedUntil() <= each.noticed)) {
                    held.add(each.gain);
                    past.remove(each);
                    grows = true;
                }
            }
        }
        return held.stream().min(Comparator.comparingLong(Gain::end)).orElse(null);
    }

    /** A way in which a scope was held until a loss was noticed. */
    private record Held(Gain gain, long noticed) {}

    private void collect(
            String scope,
            @Nullable SubjectFact fact,
            RoleSet roles,
            @Nullable Resolved resolved,
            List<Gain> held,
            List<Held> past) {
        if (fact == null || resolved == null) {
            return;
        }
        for (String role : fact.holding().roles()) {
            RoleTable.Meaning meaning =
                    roles.table().meaning(role, question.key().audience());
            Gain roleGain = fact.gain(role);
            if (meaning.scopes().contains(scope)) {
                held.add(roleGain.and(meaning.changes().gain(scope, meaning.firstEnd())));
            }
            Loss loss = meaning.changes().losses().get(scope);
            if (loss != null) {
                past.add(new Held(roleGain.and(loss.gain()), loss.noticed()));
            }
        }
        fact.changes().losses().forEach((role, loss) -> {
            RoleTable.Meaning meaning =
                    roles.table().meaning(role, question.key().audience());
            if (meaning.scopes().contains(scope)) {
                Gain scopeGain = meaning.changes().gain(scope, meaning.firstEnd());
                past.add(new Held(loss.gain().and(scopeGain), loss.noticed()));
            }
        });
    }

    @Override
    public OptionalLong unbrokenSince(String scope) {
        OptionalLong since = heldSince(scope);
        if (since.isEmpty()) {
            return since;
        }
        long broken = since.getAsLong();
        broken = subject == null ? broken : Math.max(broken, subject.brokenAt());
        return OptionalLong.of(outside.grants == null ? broken : Math.max(broken, outside.grants.brokenAt()));
    }

    @Override
    public boolean isObserved(String scope) {
        Gain gain = gain(scope);
        return gain != null && gain.lackedUntil() != Long.MIN_VALUE;
    }

    @Override
    public OptionalLong lackedSince(String scope) {
        if (issuable().contains(scope)) {
            return OptionalLong.empty();
        }
        if (hasNoStanding()) {
            return OptionalLong.of(standingSince());
        }
        long lost = Math.max(
                lostAt(scope, subject, stored.organizationRoles, organization),
                lostAt(scope, outside.grants, outside.roles, global));
        return OptionalLong.of(lost == Long.MIN_VALUE ? firstEnd() : lost);
    }

    private long lostAt(String scope, @Nullable SubjectFact fact, RoleSet roles, @Nullable Resolved resolved) {
        if (fact == null || resolved == null) {
            return Long.MIN_VALUE;
        }
        Loss ofScope = resolved.lost().get(scope);
        long lost = ofScope == null ? Long.MIN_VALUE : ofScope.lostAt();
        for (Map.Entry<String, Loss> loss : fact.changes().losses().entrySet()) {
            RoleTable.Meaning meaning =
                    roles.table().meaning(loss.getKey(), question.key().audience());
            Loss inRole = meaning.changes().losses().get(scope);
            if (meaning.scopes().contains(scope)) {
                lost = Math.max(lost, loss.getValue().lostAt());
            } else if (inRole != null) {
                lost = Math.max(lost, Math.min(loss.getValue().lostAt(), inRole.lostAt()));
            }
        }
        return lost;
    }

    @Override
    public long standingSince() {
        SubjectFact fact = stored.inactive != null ? stored.inactive : Objects.requireNonNull(subject);
        return fact.standingSince();
    }

    @Override
    public long firstRequestAt() {
        return subject == null ? readAt : subject.firstEnd();
    }

    @Override
    public boolean isComplete() {
        return subject == null || subject.isComplete();
    }

    /** The global roles held. */
    Set<String> globalRolesHeld() {
        return outside.grants == null ? Set.of() : outside.grants.holding().roles();
    }

    /** The roles held in the organization. */
    Set<String> rolesHeld() {
        return subject == null ? Set.of() : subject.holding().roles();
    }
}

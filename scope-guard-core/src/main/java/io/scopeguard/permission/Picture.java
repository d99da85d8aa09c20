package io.scopeguard.permission;

import io.scopeguard.permission.Changes.Gain;
import io.scopeguard.permission.Contribution.Past;
import io.scopeguard.provider.Standing;
import io.scopeguard.role.RoleKind;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import io.scopeguard.time.SteadyClock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
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

    /** The subject's fact, and global grants if they are known. */
    private final List<Contribution> contributions = new ArrayList<>(2);

    private final long readAt;
    private final Scopes granted;

    /** Scopes for which the picture was found to be enough. Written without a lock: it may be found out twice. */
    private @Nullable Scopes enough;

    /** The permissions that follow, computed once for all requests. Likewise written without a lock. */
    private @Nullable LivePermissions live;

    /**
     * The facts as they are stored. As long as they are the same, so is the picture.
     *
     * @param inactive a newer standing, seen elsewhere
     * @param alone global grants that were read for the subject
     * @param sweep the last sweep over the holders of global roles, without its result, which may be large and outdated
     */
    record Stored(
            @Nullable SubjectFact subject,
            @Nullable SubjectFact inactive,
            RoleSet organizationRoles,
            RoleSet globalRoles,
            @Nullable SubjectFact alone,
            @Nullable Object sweep) {

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
                    && sweep == that.sweep;
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
        if (subject != null) {
            contributions.add(
                    Contribution.of(subject, stored.organizationRoles, audience, question.isOfOrganization()));
        }
        if (outside.grants != null) {
            contributions.add(Contribution.of(outside.grants, outside.roles, audience, question.countsGrants()));
        }
        this.readAt = oldestRead();
        this.granted = granted(readAt);
    }

    /** The permissions that follow from the facts. Their time is that of the first request that uses the picture. */
    LivePermissions live(SteadyClock clock) {
        LivePermissions known = live;
        if (known == null) {
            known = live(clock, Scopes.none(), this::roles);
            live = known;
        }
        return known;
    }

    /**
     * The permissions that certainly follow from the facts.
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
        long oldest = outside.isNeeded && outside.grants == null ? Long.MIN_VALUE : Long.MAX_VALUE;
        for (Contribution each : contributions) {
            oldest = Math.min(oldest, each.readAt());
        }
        oldest = question.isLeaky() ? Math.min(oldest, stored.organizationRoles.readAt()) : oldest;
        return isListPart() ? Math.min(oldest, outside.roles.readAt()) : oldest;
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
        return stored.inactive != null || (subject != null && subject.holding().isInactive());
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
        return subject != null
                && !contributions.get(0).isComplete()
                && stored.organizationRoles.readAt() < subject.readAt();
    }

    /** Whether the subject holds a global role whose scopes were never read, and are not in the list of roles. */
    private boolean lacksGlobalScopes() {
        return outside.grants != null
                && !contributions.get(contributions.size() - 1).isComplete();
    }

    Scopes granted() {
        return granted;
    }

    /** The granted scopes in a picture that was read at some time; at the end of time all losses bind. */
    Scopes granted(long pictureReadAt) {
        if (subject == null || hasNoStanding()) {
            return Scopes.none();
        }
        Scopes scopes = Scopes.none();
        for (Contribution each : contributions) {
            scopes = scopes.or(each.scopesIn(pictureReadAt));
        }
        return scopes;
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
        return contributions.stream()
                .mapToLong(each -> each.pendingLoss(readAt))
                .max()
                .orElse(Long.MIN_VALUE);
    }

    /**
     * The time at which the last of the facts was read for the first time. A scope of a token that the picture lacks is a loss; a
     * picture that was read only once is a first read.
     */
    long firstEnd() {
        return contributions.stream().mapToLong(Contribution::firstEnd).max().orElse(Long.MIN_VALUE);
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

    /** Whether a token with these scopes may be contradicted: two reads have not shown its further scopes. */
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
        List<Past> past = new ArrayList<>();
        contributions.forEach(each -> each.collect(scope, held, past));
        return earliest(held, past);
    }

    /** The earliest of the ways in which the scope is held, and of those that went over into one of them without a gap. */
    private @Nullable Gain earliest(List<Gain> held, List<Past> past) {
        // A scope that is held by a loss that does not bind yet is held the way it was.
        past.stream().filter(each -> each.noticed() >= readAt).forEach(each -> held.add(each.gain()));
        boolean grows = true;
        while (grows) {
            grows = false;
            for (Past each : List.copyOf(past)) {
                if (held.stream().anyMatch(gain -> gain.lackedUntil() <= each.noticed())) {
                    held.add(each.gain());
                    past.remove(each);
                    grows = true;
                }
            }
        }
        return held.stream().min(Comparator.comparingLong(Gain::end)).orElse(null);
    }

    @Override
    public OptionalLong unbrokenSince(String scope) {
        OptionalLong since = heldSince(scope);
        if (since.isEmpty()) {
            return since;
        }
        long broken = since.getAsLong();
        for (Contribution each : contributions) {
            broken = Math.max(broken, each.fact().brokenAt());
        }
        return OptionalLong.of(broken);
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
        long lost = Long.MIN_VALUE;
        for (Contribution each : contributions) {
            lost = Math.max(lost, each.lostAt(scope));
        }
        return OptionalLong.of(lost == Long.MIN_VALUE ? firstEnd() : lost);
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

package io.scopeguard.permission;

import io.scopeguard.permission.fact.RoleSet;
import io.scopeguard.permission.fact.SubjectFact;
import io.scopeguard.provider.Standing;
import io.scopeguard.role.RoleKind;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import io.scopeguard.time.SteadyClock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The facts behind the permissions of one key. The permissions follow from these facts alone. A loss binds only if all facts of the
 * picture were read after the loss was noticed; until then, the older, larger picture holds. Immutable.
 */
final class Picture {

    private final RequiredFacts required;
    private final Stored stored;

    /** The standing and roles in the organization, or the standing outside of organizations; {@code null} if never read. */
    private final @Nullable SubjectFact subject;

    private final Global outside;

    /** The subject's fact, and global grants if they are known. */
    private final List<Contribution> contributions = new ArrayList<>(2);

    private final long readAt;
    private final Scopes granted;

    /** Scopes for which the picture was found to be sufficient. Written without a lock, so it may be determined twice. */
    private @Nullable Scopes enough;

    /** The permissions that follow, computed once for all requests. Also written without a lock. */
    private @Nullable LivePermissions live;

    /** The period in which its use was counted last. Also written without a lock: counting it twice changes nothing. */
    private byte countedIn;

    /**
     * The facts as they are stored. As long as they are the same, so is the picture.
     *
     * @param inactive a newer standing, from a read in another organization or outside of organizations
     * @param alone global grants that were read for this subject alone
     * @param sweep the last sweep over the holders of global roles, without its result, which may be large and outdated
     */
    record Stored(
            @Nullable SubjectFact subject,
            @Nullable SubjectFact inactive,
            RoleSet organizationRoles,
            RoleSet globalRoles,
            @Nullable SubjectFact alone,
            @Nullable Object sweep) {

        /**
         * Whether these facts are the same. Sufficient if no facts outside of organizations are relevant. Compares instances, because a
         * changed fact is another instance.
         */
        @SuppressWarnings("ReferenceEquality")
        boolean isMadeOf(@Nullable SubjectFact ofSubject, @Nullable SubjectFact elsewhere, RoleSet roles) {
            return subject == ofSubject && inactive == elsewhere && organizationRoles == roles;
        }

        /** Whether these facts are the same, with those outside of organizations. */
        @SuppressWarnings("ReferenceEquality")
        boolean isMadeOf(
                @Nullable SubjectFact ofSubject,
                @Nullable SubjectFact elsewhere,
                RoleSet roles,
                RoleSet global,
                @Nullable SubjectFact grants,
                @Nullable Object lastSweep) {
            return isMadeOf(ofSubject, elsewhere, roles)
                    && globalRoles == global
                    && alone == grants
                    && sweep == lastSweep;
        }
    }

    /**
     * The facts outside of organizations.
     *
     * @param grants global grants; {@code null} if they are not relevant or were never read
     * @param isNeeded whether the subject's grants are part of the picture
     * @param needsList whether the list of global roles is part of the picture: it shows that grants are not relevant, or names the
     *     roles
     */
    record Global(@Nullable SubjectFact grants, RoleSet roles, boolean isNeeded, boolean needsList) {

        /** No facts outside of organizations are relevant. */
        static final Global NONE = new Global(null, RoleSet.UNREAD, false, false);
    }

    Picture(RequiredFacts required, Stored stored, @Nullable SubjectFact subject, Global outside) {
        this.required = required;
        this.stored = stored;
        this.subject = subject;
        this.outside = outside;
        Audience audience = required.key().audience();
        if (subject != null) {
            contributions.add(
                    Contribution.of(subject, stored.organizationRoles, audience, required.isOfOrganization()));
        }
        if (outside.grants != null) {
            contributions.add(Contribution.of(outside.grants, outside.roles, audience, required.countsGrants()));
        }
        this.readAt = oldestRead();
        this.granted = granted(readAt);
    }

    /** The permissions that follow from the facts. They carry the time of the first request that uses the picture. */
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
     * @param spared scopes that are not certainly lost
     */
    LivePermissions live(SteadyClock clock, Scopes spared, Function<RoleKind, @Nullable LiveRoles> roles) {
        return new LivePermissions(
                standing(),
                issuable().or(spared),
                granted.or(spared),
                clock.instant().minusNanos(Math.max(clock.nanos() - readAt, 0)),
                readAt,
                history(),
                roles);
    }

    private long oldestRead() {
        if (stored.inactive != null) {
            // The standing is the same everywhere, also where nothing else was read.
            return stored.inactive.readAt();
        }
        if (subject == null) {
            return Long.MIN_VALUE;
        }
        if (isInactive()) {
            return subject.readAt();
        }
        long oldest = outside.isNeeded && outside.grants == null ? Long.MIN_VALUE : Long.MAX_VALUE;
        for (Contribution each : contributions) {
            oldest = Math.min(oldest, each.readAt());
        }
        oldest = required.isLeaky() ? Math.min(oldest, stored.organizationRoles.readAt()) : oldest;
        return isListPart() ? Math.min(oldest, listReadAt()) : oldest;
    }

    /** If the grants are not needed because roles grant nothing, the reads of those roles are part of the picture. */
    private long listReadAt() {
        return showsThatNothingIsGranted() ? outside.roles.nothingGrantedAt(key().audience()) : outside.roles.readAt();
    }

    /** Whether the list of global roles stands for the subject's grants. */
    boolean showsThatNothingIsGranted() {
        return outside.needsList && !outside.isNeeded && required.countsGrants();
    }

    /** Whether the picture needs the list of global roles, for the names of roles or to show that a role has no holders. */
    boolean isListPart() {
        return outside.needsList && (!outside.isNeeded || required.key().roles().needsGlobalRoles());
    }

    /** The start of the oldest read behind this picture; the smallest number if a fact is missing. */
    long readAt() {
        return readAt;
    }

    RequiredFacts required() {
        return required;
    }

    /** Marks the picture as counted in a period. Returns {@code false} if it already was. */
    boolean markCounted(byte period) {
        boolean isFirst = countedIn != period;
        if (isFirst) {
            countedIn = period;
        }
        return isFirst;
    }

    PermissionKey key() {
        return required.key();
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

    /** Whether the standing is known and not {@link Standing#ACTIVE}. */
    boolean isInactive() {
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

    /** Whether an undefined role is held that may have been created after the definitions were read. */
    boolean lacksDefinitions() {
        return subject != null
                && !contributions.get(0).isComplete()
                && stored.organizationRoles.readAt() < subject.readAt();
    }

    /** Whether the subject holds a global role whose scopes were never read and are not in the list of roles. */
    private boolean lacksGlobalScopes() {
        return outside.grants != null
                && !contributions.get(contributions.size() - 1).isComplete();
    }

    Scopes granted() {
        return granted;
    }

    /** The granted scopes in a picture that was read at the given time. With the largest number, all losses bind. */
    Scopes granted(long pictureReadAt) {
        if (subject == null || isInactive()) {
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
        return required.isLeaky() && !isInactive()
                ? granted.or(
                        stored.organizationRoles.table().scopes(required.key().audience()))
                : granted;
    }

    /**
     * The time at which the latest loss was noticed that takes away held scopes once the rest of the picture has been read again.
     */
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
     * The time at which the last of the facts was read for the first time. If the picture lacks a scope of a token, that is a loss;
     * a picture that was read only once is a first read.
     */
    long firstEnd() {
        return contributions.stream().mapToLong(Contribution::firstEnd).max().orElse(Long.MIN_VALUE);
    }

    private boolean isRoleLossPending() {
        for (RoleKind kind : RoleKind.values()) {
            HeldRoles held = required.key().roles().wanted().of(kind).isEmpty() ? null : roles(kind);
            if (held != null && held.isLossPending()) {
                return true;
            }
        }
        return false;
    }

    /** The relevant roles of one kind that are held; {@code null} if they are unknown. */
    @Nullable
    HeldRoles roles(RoleKind kind) {
        Set<String> wanted = required.key().roles().wanted().of(kind);
        if (kind == RoleKind.ORGANIZATION) {
            return required.key().organization() == null || subject == null
                    ? null
                    : new HeldRoles(this, subject, stored.organizationRoles, wanted);
        }
        boolean isKnown = outside.grants != null || (!outside.isNeeded && outside.roles.isRead()) || isInactive();
        return !wanted.isEmpty() && isKnown ? new HeldRoles(this, outside.grants, outside.roles, wanted) : null;
    }

    private boolean hasRoles(RoleKind kind) {
        Set<String> carried = required.key().roles().held().of(kind);
        HeldRoles held = carried.isEmpty() ? null : roles(kind);
        return held == null || held.names().containsAll(carried);
    }

    /** Whether a token with these scopes may be contradicted: two reads lack its other scopes. */
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
        return isInactive()
                || (granted().containsAll(held) && hasRoles(RoleKind.ORGANIZATION) && hasRoles(RoleKind.GLOBAL))
                || (readAt > firstEnd() && !lacksDefinitions() && !lacksGlobalScopes());
    }

    /** The history of the scopes in this picture. */
    ScopeHistory history() {
        return new ScopeHistory(this, contributions);
    }

    /** The fact that the standing follows from; {@code null} if it was never read. */
    @Nullable
    SubjectFact standingFact() {
        return stored.inactive != null ? stored.inactive : subject;
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

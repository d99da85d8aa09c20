package io.scopeguard.permission;

import io.scopeguard.permission.Changes.Gain;
import io.scopeguard.permission.Changes.Loss;
import io.scopeguard.provider.Standing;
import io.scopeguard.role.RoleKind;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The facts behind the permissions of one key. Permissions follow from them alone. A loss binds only in a picture all of whose
 * facts were read after the loss was noticed: until then the older, larger picture holds. Immutable.
 */
final class Picture implements PermissionHistory {

    private final PermissionKey key;
    private final boolean isLeaky;

    /** Standing and roles in the organization, or the standing outside of organizations; {@code null} if never read. */
    private final @Nullable SubjectFact subject;

    /** A newer standing, seen elsewhere. */
    private final @Nullable SubjectFact inactive;

    private final RoleSet organizationRoles;

    /** Global grants; {@code null} if they do not matter or were never read. */
    private final @Nullable SubjectFact grants;

    private final RoleSet globalRoles;
    private final boolean needsGrants;
    private final boolean needsGlobalList;
    private final boolean countsGrants;
    private final @Nullable Resolved organization;
    private final @Nullable Resolved global;
    private final long readAt;
    private final Scopes granted;

    /**
     * The facts outside of organizations.
     *
     * @param grants global grants; {@code null} if they do not matter or were never read
     * @param isNeeded whether the subject's grants are part of the picture
     * @param needsList whether the list of global roles is: it decides that grants do not matter, or names the roles
     * @param countsScopes whether scopes that global roles grant count for tokens of this kind
     */
    record Global(
            @Nullable SubjectFact grants, RoleSet roles, boolean isNeeded, boolean needsList, boolean countsScopes) {

        /** Nothing outside of organizations matters. */
        static final Global NONE = new Global(null, RoleSet.UNREAD, false, false, false);
    }

    /** @param isLeaky whether tokens of this kind may carry scopes that count in organizations only */
    Picture(
            PermissionKey key,
            boolean isLeaky,
            @Nullable SubjectFact subject,
            @Nullable SubjectFact inactive,
            RoleSet organizationRoles,
            Global outside) {
        this.key = key;
        this.isLeaky = isLeaky;
        this.subject = subject;
        this.inactive = inactive;
        this.organizationRoles = organizationRoles;
        this.grants = outside.grants;
        this.globalRoles = outside.roles;
        this.needsGrants = outside.isNeeded;
        this.needsGlobalList = outside.needsList;
        this.countsGrants = outside.countsScopes;
        Audience audience = key.audience();
        this.organization = subject != null && key.organization() != null
                ? subject.holding().resolve(audience, organizationRoles.table())
                : null;
        this.global = grants == null || !countsGrants ? null : grants.holding().resolve(audience, globalRoles.table());
        this.readAt = oldestRead();
        this.granted = granted(readAt);
    }

    private long oldestRead() {
        if (subject == null) {
            return Long.MIN_VALUE;
        }
        if (hasNoStanding()) {
            return inactive != null ? inactive.readAt() : subject.readAt();
        }
        long oldest = Math.min(subject.readAt(), organizationReadAt());
        if (needsGrants) {
            oldest = Math.min(oldest, grantsReadAt());
        }
        return isListPart() ? Math.min(oldest, globalRoles.readAt()) : oldest;
    }

    private long organizationReadAt() {
        if (organization != null) {
            return organizationRoles.readAt(organization);
        }
        return isLeaky ? organizationRoles.readAt() : Long.MAX_VALUE;
    }

    private long grantsReadAt() {
        if (grants == null) {
            return Long.MIN_VALUE;
        }
        return global == null ? grants.readAt() : Math.min(grants.readAt(), globalRoles.readAt(global));
    }

    /** Whether the picture needs the list of global roles: for the names of roles, or to show that a role has no holders. */
    boolean isListPart() {
        return needsGlobalList && (!needsGrants || key.roles().needsGlobalRoles());
    }

    /** The start of the oldest read behind this; the smallest number if a fact is missing. */
    long readAt() {
        return readAt;
    }

    @Nullable
    SubjectFact subject() {
        return subject;
    }

    @Nullable
    SubjectFact grants() {
        return grants;
    }

    RoleSet organizationRoles() {
        return organizationRoles;
    }

    RoleSet globalRoles() {
        return globalRoles;
    }

    boolean needsGrants() {
        return needsGrants;
    }

    boolean needsGlobalList() {
        return needsGlobalList;
    }

    /** Whether scopes that global roles grant count for tokens of this kind. */
    boolean countsGrants() {
        return countsGrants;
    }

    boolean isLeaky() {
        return isLeaky;
    }

    boolean hasNoStanding() {
        return inactive != null || (subject != null && subject.holding().hasNoStanding());
    }

    Standing standing() {
        Standing elsewhere = inactive == null ? null : inactive.standing();
        if (elsewhere != null) {
            return elsewhere;
        }
        Standing own = subject == null ? null : subject.standing();
        return own == null ? Standing.ACTIVE : own;
    }

    /** Whether a role is held that is not defined, although it may have been made after the definitions were read. */
    boolean lacksDefinitions() {
        return isUndefined(organization, subject, organizationRoles);
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
                : withUnboundLosses(organization.scopesIn(pictureReadAt), subject, organizationRoles, pictureReadAt);
        if (grants == null || global == null) {
            return here;
        }
        Scopes everywhere = withUnboundLosses(global.scopesIn(pictureReadAt), grants, globalRoles, pictureReadAt);
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
                kept = kept.or(
                        roles.table().meaning(loss.getKey(), key.audience()).scopes());
            }
        }
        return kept;
    }

    /** The scopes that a new token could carry. */
    Scopes issuable() {
        Scopes granted = granted();
        return isLeaky && !hasNoStanding()
                ? granted.or(organizationRoles.table().scopes(key.audience()))
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
        addLosses(losses, grants, global);
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
        if (grants != null) {
            end = Math.max(end, grants.firstEnd());
        }
        return global == null ? end : Math.max(end, global.firstEnd());
    }

    private boolean isRoleLossPending() {
        for (RoleKind kind : RoleKind.values()) {
            HeldRoles held = key.roles().wanted().of(kind).isEmpty() ? null : roles(kind);
            if (held != null && held.isLossPending()) {
                return true;
            }
        }
        return false;
    }

    /** The roles of one kind that matter and are held; {@code null} if that is unknown. */
    @Nullable
    HeldRoles roles(RoleKind kind) {
        Set<String> wanted = key.roles().wanted().of(kind);
        if (kind == RoleKind.ORGANIZATION) {
            return key.organization() == null || subject == null
                    ? null
                    : new HeldRoles(this, subject, organizationRoles, wanted);
        }
        boolean isKnown = grants != null || (!needsGrants && globalRoles.isRead()) || hasNoStanding();
        return !wanted.isEmpty() && isKnown ? new HeldRoles(this, grants, globalRoles, wanted) : null;
    }

    private boolean hasRoles(RoleKind kind) {
        Set<String> carried = key.roles().held().of(kind);
        HeldRoles held = carried.isEmpty() ? null : roles(kind);
        return held == null || held.names().containsAll(carried);
    }

    /** Whether a token with these scopes may be contradicted: the scopes that the picture lacks were read twice. */
    boolean isEnoughFor(Scopes held) {
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
        collect(scope, subject, organizationRoles, organization, held, past);
        collect(scope, grants, globalRoles, global, held, past);
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
            RoleTable.Meaning meaning = roles.table().meaning(role, key.audience());
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
            RoleTable.Meaning meaning = roles.table().meaning(role, key.audience());
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
        return OptionalLong.of(grants == null ? broken : Math.max(broken, grants.brokenAt()));
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
                lostAt(scope, subject, organizationRoles, organization), lostAt(scope, grants, globalRoles, global));
        return OptionalLong.of(lost == Long.MIN_VALUE ? firstEnd() : lost);
    }

    private long lostAt(String scope, @Nullable SubjectFact fact, RoleSet roles, @Nullable Resolved resolved) {
        if (fact == null || resolved == null) {
            return Long.MIN_VALUE;
        }
        Loss ofScope = resolved.lost().get(scope);
        long lost = ofScope == null ? Long.MIN_VALUE : ofScope.lostAt();
        for (Map.Entry<String, Loss> loss : fact.changes().losses().entrySet()) {
            RoleTable.Meaning meaning = roles.table().meaning(loss.getKey(), key.audience());
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
        SubjectFact fact = inactive != null ? inactive : Objects.requireNonNull(subject);
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
        return grants == null ? Set.of() : grants.holding().roles();
    }

    /** The roles held in the organization. */
    Set<String> rolesHeld() {
        return subject == null ? Set.of() : subject.holding().roles();
    }

    PermissionKey key() {
        return key;
    }
}

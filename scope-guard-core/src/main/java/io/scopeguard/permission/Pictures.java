package io.scopeguard.permission;

import io.scopeguard.permission.Picture.Global;
import io.scopeguard.permission.Picture.Stored;
import io.scopeguard.permission.fact.FactKey.SubjectKey;
import io.scopeguard.permission.fact.FactStore;
import io.scopeguard.permission.fact.RoleSet;
import io.scopeguard.permission.fact.SubjectFact;
import io.scopeguard.permission.read.HolderSweep;
import io.scopeguard.permission.read.Sweeps;
import io.scopeguard.provider.PermissionSource;
import io.scopeguard.provider.Subject;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Collects the facts that a key needs. */
final class Pictures {

    private final PermissionSource source;
    private final boolean listsHolders;
    private final FactStore store;
    private final HolderSweep holders;

    Pictures(PermissionSource source, FactStore store, Sweeps sweeps) {
        this.source = source;
        this.listsHolders = source.traits().listsHolders();
        this.store = store;
        this.holders = sweeps.holders();
    }

    /** The picture of the known facts. */
    Picture of(PermissionKey key) {
        return of(key, false, null);
    }

    /**
     * The picture of the known facts.
     *
     * @param isIndividual whether it is for an individual read, which needs the subject's global grants instead of lists
     * @param last an earlier picture, which is returned if no fact has changed since
     */
    Picture of(PermissionKey key, boolean isIndividual, @Nullable Picture last) {
        Picture known = last != null && !isIndividual && last.key().equals(key) ? last : null;
        RequiredFacts required = known == null ? RequiredFacts.of(key, source) : known.required();
        SubjectFact subject = store.peek(required.subject());
        SubjectFact inactive = required.isOfOrganization() ? newer(store.inactive(required.subject()), subject) : null;
        RoleSet organizationRoles =
                required.needsOrganizationRoles() ? store.roles(required.organizationRoles()) : RoleSet.UNREAD;
        if (required.needsGlobalRoles()) {
            return withGlobalRoles(required, subject, inactive, organizationRoles, isIndividual, known);
        }
        return known != null && known.stored().isMadeOf(subject, inactive, organizationRoles)
                ? known
                : new Picture(
                        required,
                        new Stored(subject, inactive, organizationRoles, RoleSet.UNREAD, null, null),
                        subject,
                        Global.NONE);
    }

    private Picture withGlobalRoles(
            RequiredFacts required,
            @Nullable SubjectFact subject,
            @Nullable SubjectFact inactive,
            RoleSet organizationRoles,
            boolean isIndividual,
            @Nullable Picture known) {
        RoleSet globalRoles = store.roles(source.globalRoles());
        // A list without the holders of roles saves no reads.
        boolean usesList = !isIndividual && required.isUser() && listsHolders;
        boolean needsGrants = !usesList || (globalRoles.isRead() && mayMatter(globalRoles, required));
        SubjectFact alone = needsGrants ? store.peek(required.grants()) : null;
        Object sweep = needsGrants ? holders.lastSweep() : null;
        if (known != null && known.stored().isMadeOf(subject, inactive, organizationRoles, globalRoles, alone, sweep)) {
            return known;
        }
        Stored stored = new Stored(subject, inactive, organizationRoles, globalRoles, alone, sweep);
        Set<String> wanted = required.key().roles().wanted().global();
        SubjectFact grants = needsGrants ? grants(required.subject(), alone, wanted, globalRoles) : null;
        boolean isListed = required.isLeaky()
                && usesList
                && isNewer(grants, subject)
                && !holders.isStandingUnclear(required.subject().id());
        boolean needsList = usesList || required.key().roles().needsGlobalRoles();
        return new Picture(
                required, stored, isListed ? grants : subject, new Global(grants, globalRoles, needsGrants, needsList));
    }

    private static boolean mayMatter(RoleSet globalRoles, RequiredFacts required) {
        PermissionKey key = required.key();
        return (required.countsGrants() && globalRoles.mayGrant(key.audience()))
                || globalRoles.mayHold(key.roles().wanted().global());
    }

    private static @Nullable SubjectFact newer(@Nullable SubjectFact inactive, @Nullable SubjectFact subject) {
        return inactive != null && (subject == null || inactive.readAt() > subject.readAt()) ? inactive : null;
    }

    /** Whether lists show the standing, more recently than a read of it. */
    private static boolean isNewer(@Nullable SubjectFact grants, @Nullable SubjectFact standing) {
        return grants != null
                && grants.isDerived()
                && (standing == null
                        || (grants.readAt() > standing.readAt()
                                && !standing.holding().isInactive()));
    }

    /**
     * The global grants of a subject, read alone or by role, whichever is newer.
     *
     * @param wanted names of roles whose holders have to have been read by role
     */
    private @Nullable SubjectFact grants(
            SubjectKey subject, @Nullable SubjectFact alone, Set<String> wanted, RoleSet roles) {
        if (subject.type() != Subject.Type.USER) {
            return alone;
        }
        SubjectFact byRole = holders.view(subject.id(), wanted, roles, store);
        if (alone == null || byRole == null) {
            return alone == null ? byRole : alone;
        }
        return byRole.readAt() > alone.readAt() && holders.explains(alone, byRole, roles) ? byRole : alone;
    }
}

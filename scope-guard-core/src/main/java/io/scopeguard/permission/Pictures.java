package io.scopeguard.permission;

import io.scopeguard.permission.FactKey.AccountKey;
import io.scopeguard.permission.FactKey.GrantsKey;
import io.scopeguard.permission.FactKey.MembershipKey;
import io.scopeguard.permission.FactKey.SubjectKey;
import io.scopeguard.provider.DefinitionsKey;
import io.scopeguard.provider.PermissionSource;
import io.scopeguard.provider.ProviderTraits;
import io.scopeguard.provider.Subject;
import io.scopeguard.provider.TokenKind;
import io.scopeguard.scope.Audience;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Puts the facts together that a key needs. Which these are depends on the kind of token and on the provider. */
final class Pictures {

    private final PermissionSource source;
    private final ProviderTraits traits;
    private final FactStore store;
    private final HolderSweep holders;

    Pictures(PermissionSource source, FactStore store, Sweeps sweeps) {
        this.source = source;
        this.traits = source.traits();
        this.store = store;
        this.holders = sweeps.holders();
    }

    /**
     * The picture of the known facts.
     *
     * @param isIndividual whether it is for an individual read, which reads the subject's global grants instead of lists
     */
    Picture of(PermissionKey key, boolean isIndividual) {
        SubjectKey subjectKey = subjectKey(key);
        SubjectFact subject = store.find(subjectKey);
        SubjectFact inactive = key.organization() == null ? null : newer(store.inactive(subjectKey), subject);
        boolean leaky = isLeaky(key);
        RoleSet organizationRoles =
                leaky || key.organization() != null ? store.roles(organizationRoles(key)) : RoleSet.UNREAD;
        boolean counts = globalGrantsCount(key);
        if (!counts && !key.roles().needsGlobalRoles()) {
            return new Picture(key, leaky, subject, inactive, organizationRoles, Picture.Global.NONE);
        }
        RoleSet globalRoles = store.roles(source.globalRoles());
        // A list without the holders of roles does not replace reads of single users.
        boolean usesList = !isIndividual && key.subject().type() == Subject.Type.USER && traits.listsHolders();
        boolean needsGrants = !usesList || (globalRoles.isRead() && mayMatter(globalRoles, key, counts));
        SubjectFact grants =
                needsGrants ? grants(subjectKey, key.roles().wanted().global()) : null;
        if (leaky && usesList && isNewer(grants, subject) && !holders.isSuspended(subjectKey.id())) {
            subject = grants;
        }
        boolean needsList = usesList || key.roles().needsGlobalRoles();
        Picture.Global global = new Picture.Global(grants, globalRoles, needsGrants, needsList, counts);
        return new Picture(key, leaky, subject, inactive, organizationRoles, global);
    }

    private static boolean mayMatter(RoleSet globalRoles, PermissionKey key, boolean countsScopes) {
        return (countsScopes && globalRoles.mayGrant(key.audience()))
                || globalRoles.mayHold(key.roles().wanted().global());
    }

    private static @Nullable SubjectFact newer(@Nullable SubjectFact inactive, @Nullable SubjectFact subject) {
        return inactive != null && (subject == null || inactive.readAt() > subject.readAt()) ? inactive : null;
    }

    /** Whether lists answer for the standing, more recently than a read of it. */
    private static boolean isNewer(@Nullable SubjectFact grants, @Nullable SubjectFact standing) {
        return grants != null
                && grants.isDerived()
                && (standing == null
                        || (grants.readAt() > standing.readAt()
                                && !standing.holding().hasNoStanding()));
    }

    /**
     * The global grants of a subject, read alone or by role, whichever is newer.
     *
     * @param wanted names of roles that have to be among those that were read by the role
     */
    @Nullable
    SubjectFact grants(SubjectKey subject, Set<String> wanted) {
        SubjectFact alone = store.find(FactStore.grants(subject));
        if (subject.type() != Subject.Type.USER) {
            return alone;
        }
        RoleSet roles = store.roles(source.globalRoles());
        SubjectFact byRole = holders.view(subject.id(), wanted, roles, store);
        if (alone == null || byRole == null) {
            return alone == null ? byRole : alone;
        }
        return byRole.readAt() > alone.readAt() && explainsAll(alone, byRole, roles) ? byRole : alone;
    }

    /** A role that was read alone and is on no list of holders would be lost without a second look. */
    private boolean explainsAll(SubjectFact alone, SubjectFact byRole, RoleSet roles) {
        for (String role : alone.holding().roles()) {
            Changes.Loss loss = byRole.changes().losses().get(role);
            if (!byRole.holding().roles().contains(role)
                    && !isLeftOut(role, roles)
                    && (loss == null || loss.lostAt() < alone.readAt())) {
                return false;
            }
        }
        return true;
    }

    /** The holders of a role that grants nothing are not read. */
    private boolean isLeftOut(String id, RoleSet roles) {
        RoleTable.Role role = roles.table().role(id);
        return role != null && role.areScopesKnown() && !holders.matters(roles, role);
    }

    /** The set that the roles of a subject belong to. */
    static DefinitionsKey definitions(PermissionSource source, SubjectKey key) {
        return key instanceof MembershipKey member
                ? source.organizationRoles(member.organization())
                : source.globalRoles();
    }

    DefinitionsKey organizationRoles(PermissionKey key) {
        return key.organization() == null
                ? DefinitionsKey.ORGANIZATION_ROLES
                : source.organizationRoles(key.organization());
    }

    /** Whether tokens of this kind may carry scopes that count in organizations only. */
    boolean isLeaky(PermissionKey key) {
        return key.organization() == null
                && key.subject().type() == Subject.Type.USER
                && traits.leakingKinds().contains(kind(key));
    }

    private boolean globalGrantsCount(PermissionKey key) {
        TokenKind kind = kind(key);
        return key.subject().type() == Subject.Type.USER
                ? traits.globalGrantsCount().contains(kind)
                : kind == TokenKind.RESOURCE;
    }

    static SubjectKey subjectKey(PermissionKey key) {
        Subject subject = key.subject();
        return key.organization() == null
                ? new AccountKey(subject.type(), subject.id())
                : new MembershipKey(subject.type(), subject.id(), key.organization());
    }

    static GrantsKey grantsKey(PermissionKey key) {
        return new GrantsKey(key.subject().type(), key.subject().id());
    }

    private static TokenKind kind(PermissionKey key) {
        Audience audience = key.audience();
        if (audience.isOrganization()) {
            return TokenKind.ORGANIZATION;
        }
        return key.organization() == null ? TokenKind.RESOURCE : TokenKind.ORGANIZATION_RESOURCE;
    }
}

package io.scopeguard.permission;

import io.scopeguard.permission.fact.FactKey.AccountKey;
import io.scopeguard.permission.fact.FactKey.RoleKey;
import io.scopeguard.permission.fact.FactKey.RolesKey;
import io.scopeguard.permission.fact.FactKey.SubjectKey;
import io.scopeguard.permission.fact.FactStore;
import io.scopeguard.permission.fact.RoleSet;
import io.scopeguard.permission.fact.SubjectFact;
import io.scopeguard.permission.read.Invalidations;
import io.scopeguard.provider.DefinitionsKey;
import io.scopeguard.provider.PermissionSource;
import io.scopeguard.provider.ProviderTraits;
import io.scopeguard.provider.Subject;
import io.scopeguard.scope.Audience;
import io.scopeguard.time.Sequence;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Lists the parts of pictures, with the times at which they were read and invalidated. Thread-safe. */
final class Parts {

    /** The maximum number of times that losses cause a read of the definitions within the default maximum age. */
    private static final int RECHECKS = 6;

    private final PermissionSource source;
    private final ProviderTraits traits;
    private final Invalidations invalidations;
    private final Sequence sequence;
    private final long pause;

    Parts(PermissionSource source, Invalidations invalidations, Sequence sequence, Duration maxAge) {
        this.source = source;
        this.traits = source.traits();
        this.invalidations = invalidations;
        this.sequence = sequence;
        this.pause = maxAge.toNanos() / RECHECKS;
    }

    /** The parts of a picture. */
    List<Part> of(Picture picture, boolean isIndividual) {
        List<Part> parts = new ArrayList<>(4);
        PermissionKey key = picture.key();
        addSubject(parts, picture, isIndividual);
        if (picture.isInactive()) {
            return parts;
        }
        if (key.organization() != null || picture.required().isLeaky()) {
            addOrganizationRoles(parts, picture, isIndividual);
        }
        if (picture.needsGlobalList()) {
            parts.add(list(source.globalRoles(), picture.globalRoles(), !picture.isListPart(), Long.MIN_VALUE));
            addRolesThatGrantNothing(parts, picture);
        }
        if (picture.needsGrants()) {
            addGrants(parts, picture);
        }
        return parts;
    }

    private void addSubject(List<Part> parts, Picture picture, boolean isIndividual) {
        if (isStandingImplied(picture, isIndividual)) {
            return;
        }
        SubjectKey subject = picture.required().subject();
        SubjectFact fact = picture.subject();
        long readAt = picture.isInactive() ? picture.readAt() : fact == null ? Long.MIN_VALUE : fact.readAt();
        if (subject instanceof AccountKey && subject.type() == Subject.Type.APPLICATION) {
            // One call returns standing and grants.
            parts.add(part(FactStore.grants(subject), readAt));
        } else {
            parts.add(part(subject, readAt));
        }
    }

    /**
     * Whether lists of roles and holders contain everything about a user outside of organizations: the pages of holders show
     * suspended users, and a user without a global role has no permissions there.
     */
    private boolean isStandingImplied(Picture picture, boolean isIndividual) {
        SubjectFact subject = picture.subject();
        // Before the first read, it is unknown whether grants are relevant, so the lists are read first.
        boolean mayNeedGrants = picture.needsGrants()
                || (picture.needsGlobalList() && !picture.globalRoles().isRead());
        boolean isListed = picture.required().isLeaky() && !isIndividual && traits.listsHolders() && mayNeedGrants;
        return isListed && (subject == null ? picture.grants() == null : subject.isDerived());
    }

    private Part part(SubjectKey key, long readAt) {
        return new Part(key, readAt, invalidations.certain(key, readAt), invalidations.possible(key, readAt), false);
    }

    private Part list(DefinitionsKey set, RoleSet roles, boolean isOptional, long possiblyChangedAt) {
        return new Part(new RolesKey(set), roles.readAt(), invalidations.ofRoles(), possiblyChangedAt, isOptional);
    }

    private void addOrganizationRoles(List<Part> parts, Picture picture, boolean isIndividual) {
        DefinitionsKey set = picture.required().organizationRoles();
        RoleSet roles = picture.organizationRoles();
        Set<String> held = picture.rolesHeld();
        int pages = (roles.table().roles().size() + traits.pageSize() - 1) / Math.max(traits.pageSize(), 1);
        if (isIndividual && roles.isRead() && picture.subject() != null && held.size() < pages) {
            held.forEach(role -> parts.add(role(set, roles, role, picture.key().audience())));
            return;
        }
        parts.add(list(set, roles, false, possiblyChangedAt(roles)));
    }

    /** Losses on many pages come in quick succession; one read of the definitions serves some seconds' worth of them. */
    long possiblyChangedAt(RoleSet roles) {
        return roles.recheckedAt() > sequence.now() - pause ? Long.MIN_VALUE : roles.lossNoticedAt();
    }

    private Part role(DefinitionsKey set, RoleSet roles, String role, Audience audience) {
        long alone = roles.table().meaning(role, audience).readAt();
        long readAt = roles.isReadByList() ? Math.max(alone, roles.readAt()) : alone;
        return new Part(new RoleKey(set, role, audience), readAt, invalidations.ofRoles(), Long.MIN_VALUE, false);
    }

    private void addRolesThatGrantNothing(List<Part> parts, Picture picture) {
        if (picture.showsThatNothingIsGranted()) {
            RoleSet roles = picture.globalRoles();
            Audience audience = picture.key().audience();
            for (String role : roles.heldForNothing(audience)) {
                parts.add(role(source.globalRoles(), roles, role, audience));
            }
        }
    }

    private void addGrants(List<Part> parts, Picture picture) {
        PermissionKey key = picture.key();
        SubjectFact fact = picture.grants();
        parts.add(part(picture.required().grants(), fact == null ? Long.MIN_VALUE : fact.readAt()));
        if (!picture.required().countsGrants()) {
            return;
        }
        RoleSet roles = picture.globalRoles();
        DefinitionsKey set = source.globalRoles();
        boolean isApplication = key.subject().type() == Subject.Type.APPLICATION;
        if (roles.isRead() && roles.isReadByList() && !isApplication) {
            parts.add(list(set, roles, false, Long.MIN_VALUE));
            return;
        }
        for (String role : picture.globalRolesHeld()) {
            if (roles.table().meaning(role, key.audience()).readAt() != Long.MAX_VALUE) {
                parts.add(role(set, roles, role, key.audience()));
            }
        }
    }

    /** Whether a change that may concern the picture has been reported since the given time. */
    boolean isReportedSince(Picture picture, long nanos) {
        SubjectKey subject = picture.required().subject();
        return invalidations.ofRoles() > nanos
                || invalidations.certain(subject, nanos) > nanos
                || invalidations.possible(subject, nanos) > nanos;
    }
}

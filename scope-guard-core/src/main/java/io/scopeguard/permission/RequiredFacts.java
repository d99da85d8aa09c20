package io.scopeguard.permission;

import io.scopeguard.permission.fact.FactKey.AccountKey;
import io.scopeguard.permission.fact.FactKey.GrantsKey;
import io.scopeguard.permission.fact.FactKey.MembershipKey;
import io.scopeguard.permission.fact.FactKey.SubjectKey;
import io.scopeguard.provider.DefinitionsKey;
import io.scopeguard.provider.PermissionSource;
import io.scopeguard.provider.ProviderTraits;
import io.scopeguard.provider.Subject;
import io.scopeguard.provider.TokenKind;

/**
 * The facts that a key needs, and which of them count. This depends on the kind of token and on the provider.
 *
 * @param subject the membership, or the standing outside of organizations
 * @param grants the key of global grants, as far as they are relevant
 * @param organizationRoles the relevant definitions of roles in organizations
 * @param isLeaky whether tokens of this kind may carry scopes that count in organizations only
 * @param countsGrants whether scopes that global roles grant count for tokens of this kind
 */
record RequiredFacts(
        PermissionKey key,
        SubjectKey subject,
        GrantsKey grants,
        DefinitionsKey organizationRoles,
        boolean isLeaky,
        boolean countsGrants) {

    static RequiredFacts of(PermissionKey key, PermissionSource source) {
        Subject subject = key.subject();
        String organization = key.organization();
        boolean isUser = subject.type() == Subject.Type.USER;
        ProviderTraits traits = source.traits();
        TokenKind kind = kind(key);
        return new RequiredFacts(
                key,
                subjectKey(key),
                new GrantsKey(subject.type(), subject.id()),
                organization == null ? DefinitionsKey.ORGANIZATION_ROLES : source.organizationRoles(organization),
                organization == null && isUser && traits.leakingKinds().contains(kind),
                isUser ? traits.globalGrantsCount().contains(kind) : kind == TokenKind.RESOURCE);
    }

    private static TokenKind kind(PermissionKey key) {
        if (key.audience().isOrganization()) {
            return TokenKind.ORGANIZATION;
        }
        return key.organization() == null ? TokenKind.RESOURCE : TokenKind.ORGANIZATION_RESOURCE;
    }

    static SubjectKey subjectKey(PermissionKey key) {
        Subject subject = key.subject();
        return key.organization() == null
                ? new AccountKey(subject.type(), subject.id())
                : new MembershipKey(subject.type(), subject.id(), key.organization());
    }

    boolean isUser() {
        return subject.type() == Subject.Type.USER;
    }

    boolean isOfOrganization() {
        return key.organization() != null;
    }

    boolean needsOrganizationRoles() {
        return isLeaky || isOfOrganization();
    }

    /** Whether any facts outside of organizations are relevant. */
    boolean needsGlobalRoles() {
        return countsGrants || key.roles().needsGlobalRoles();
    }
}

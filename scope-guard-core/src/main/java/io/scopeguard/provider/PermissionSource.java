package io.scopeguard.provider;

import io.scopeguard.role.RoleKind;
import io.scopeguard.scope.Audience;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads the facts that live permissions are computed from. Implementations are thread-safe, remember nothing that an answer
 * depends on, take every call from the {@link CallBudget} by its context, which then {@link CallContext#begins begins}, wait
 * boundedly, hold no lock while they wait, and never turn a failure into an answer. All methods throw
 * {@link PermissionsUnavailableException} if the provider does not give a usable answer.
 *
 * <p>The package documentation contains an example.
 *
 * @since 0.1
 */
public interface PermissionSource {

    ProviderTraits traits();

    /** Which roles members of the organization hold. */
    default DefinitionsKey organizationRoles(String organization) {
        return DefinitionsKey.ORGANIZATION_ROLES;
    }

    /** Which roles subjects hold outside of organizations. */
    default DefinitionsKey globalRoles() {
        return DefinitionsKey.GLOBAL_ROLES;
    }

    /** Reads one membership, with one call if nothing is unusual. */
    Answer<Membership> membership(Subject subject, String organization, CallContext context);

    /** Reads one membership so that a loss is explicit, if the provider can state it at all. Affects no other subject. */
    Answer<Membership> confirmMembership(Subject subject, String organization, CallContext context);

    /**
     * Reads part of the list of an organization's members.
     *
     * @param cursor {@code null} for the first page
     * @throws UnsupportedOperationException unless {@link ProviderTraits#listsMembers}
     */
    default Page<Member> members(String organization, @Nullable String cursor, CallContext context) {
        throw new UnsupportedOperationException("members cannot be listed");
    }

    /** Reads the standing of one subject, and its global grants if the same call returns them. */
    Answer<Account> account(Subject subject, CallContext context);

    /** Reads the global grants of one subject, and its standing if the same call returns it. */
    Answer<Account> globalGrants(Subject subject, CallContext context);

    /**
     * Reads part of the list of users that hold a global role.
     *
     * @param cursor {@code null} for the first page
     * @throws UnsupportedOperationException unless {@link ProviderTraits#listsHolders}
     */
    default Page<Holder> holders(String role, @Nullable String cursor, CallContext context) {
        throw new UnsupportedOperationException("holders cannot be listed");
    }

    /** Reads a list of roles, by id: all pages of it. Updates the catalogue of scopes if that is due. */
    Map<String, RoleDefinition> definitions(DefinitionsKey key, CallContext context);

    /**
     * Reads the names of all roles of a kind, so that a requirement for a role that does not exist is found. A provider whose
     * organizations have roles of their own overrides this.
     */
    default Set<String> roleNames(RoleKind kind, CallContext context) {
        DefinitionsKey key = kind == RoleKind.GLOBAL ? globalRoles() : DefinitionsKey.ORGANIZATION_ROLES;
        return definitions(key, context).values().stream()
                .flatMap(role -> role.names().stream())
                .collect(Collectors.toSet());
    }

    /**
     * Reads the scopes that one role grants, with one call.
     *
     * @param audience which the answer contains at least
     * @return empty if there is no such role
     */
    Optional<RoleScopes> roleScopes(DefinitionsKey key, String role, Audience audience, CallContext context);
}

package io.scopeguard.provider;

import io.scopeguard.annotation.Internal;
import io.scopeguard.role.RoleKind;
import io.scopeguard.scope.Audience;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads the facts that live permissions are computed from. Implementations are thread-safe and cache nothing that an answer depends
 * on. They take every call from the {@link CallBudget} with its context, and then report that it {@link CallContext#begins begins}.
 * They wait for a limited time only, hold no lock while they wait, and never turn a failure into an answer. All methods throw
 * {@link PermissionsUnavailableException} if the provider does not give a usable answer.
 *
 * <p>The package documentation contains an example.
 *
 * @since 0.1
 */
public interface PermissionSource {

    ProviderTraits traits();

    /**
     * The number of processes that share the answers of this source. A list may be worth reading for all of them although each
     * needs few of its entries.
     *
     * @hidden
     */
    @Internal
    default int readers() {
        return 1;
    }

    /** The key of the role definitions that memberships of this organization refer to. */
    default DefinitionsKey organizationRoles(String organization) {
        return DefinitionsKey.ORGANIZATION_ROLES;
    }

    /** The key of the definitions of the roles that subjects hold outside of organizations. */
    default DefinitionsKey globalRoles() {
        return DefinitionsKey.GLOBAL_ROLES;
    }

    /** Reads one membership, usually with one call. */
    Answer<Membership> membership(Subject subject, String organization, CallContext context);

    /** Reads one membership in the way in which the provider states a loss explicitly, if it has one. Affects no other subject. */
    Answer<Membership> confirmMembership(Subject subject, String organization, CallContext context);

    /**
     * Reads a page of an organization's members.
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
     * Reads a page of the users that hold a global role.
     *
     * @param cursor {@code null} for the first page
     * @throws UnsupportedOperationException unless {@link ProviderTraits#listsHolders}
     */
    default Page<Holder> holders(String role, @Nullable String cursor, CallContext context) {
        throw new UnsupportedOperationException("holders cannot be listed");
    }

    /** Reads all pages of a list of roles, by id. Also updates the catalogue of scopes if that is old. */
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
     * @param audience the audience that the answer has to contain
     * @return empty if there is no such role
     */
    Optional<RoleScopes> roleScopes(DefinitionsKey key, String role, Audience audience, CallContext context);
}

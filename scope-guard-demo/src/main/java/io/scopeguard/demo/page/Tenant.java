package io.scopeguard.demo.page;

import io.scopeguard.logtobox.directory.Directory;
import io.scopeguard.logtobox.directory.Member;
import io.scopeguard.logtobox.directory.Organization;
import io.scopeguard.logtobox.directory.OrganizationRole;
import io.scopeguard.logtobox.directory.OrganizationScope;
import io.scopeguard.logtobox.directory.Role;
import io.scopeguard.logtobox.directory.RoleType;
import io.scopeguard.logtobox.directory.User;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The tenant as the operator's panel shows it: the members of each organization with their roles, and the scopes of the roles. */
record Tenant(List<OrganizationView> organizations, List<RoleView> roles, boolean hasShop) {

    /** The global role that the shop sells. */
    private static final String PAID_ROLE = "paid-tier";

    /** An organization, with every user of the tenant. Users that are not members have no role. */
    record OrganizationView(String id, String name, List<Person> people) {}

    /** A user in an organization. */
    record Person(
            String id, @Nullable String name, boolean member, boolean suspended, boolean paid, List<String> roles) {}

    /** An organization role for users and the names of its scopes. */
    record RoleView(String name, List<String> scopes) {}

    static Tenant of(Directory directory) {
        return new Tenant(
                directory.organizations().all().stream()
                        .map(organization -> organization(directory, organization))
                        .toList(),
                directory.organizationRoles().where(role -> role.type() == RoleType.User).stream()
                        .map(role -> role(directory, role))
                        .toList(),
                !paidRoles(directory).isEmpty());
    }

    private static List<Role> paidRoles(Directory directory) {
        return directory.roles().where(role -> role.name().equals(PAID_ROLE));
    }

    private static OrganizationView organization(Directory directory, Organization organization) {
        return new OrganizationView(
                organization.id(),
                organization.name(),
                directory.users().all().stream()
                        .map(user -> person(directory, organization.id(), user))
                        .toList());
    }

    private static Person person(Directory directory, String organization, User user) {
        List<String> roles = directory.memberRoles().of(new Member(organization, user.id())).stream()
                .flatMap(id -> directory.organizationRoles().find(id).stream())
                .map(OrganizationRole::name)
                .toList();
        return new Person(
                user.id(),
                user.name(),
                directory.isMember(organization, user.id()),
                user.isSuspended(),
                paidRoles(directory).stream()
                        .anyMatch(role -> directory.principalRoles().contains(user.id(), role.id())),
                roles);
    }

    private static RoleView role(Directory directory, OrganizationRole role) {
        return new RoleView(
                role.name(),
                directory.organizationRoleScopes().of(role.id()).stream()
                        .flatMap(id -> directory.organizationScopes().find(id).stream())
                        .map(OrganizationScope::name)
                        .toList());
    }
}

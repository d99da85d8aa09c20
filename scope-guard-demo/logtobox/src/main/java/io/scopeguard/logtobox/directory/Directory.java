package io.scopeguard.logtobox.directory;

import io.scopeguard.logtobox.wire.Ids;
import java.time.Clock;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The data of the tenant, in memory. Thread-safe.
 *
 * <p>A change made here takes effect at once, like a change by the Management API, with one difference: only the Management API
 * delivers webhooks. So a change made here is not reported to clients.
 *
 * @since 0.1
 */
public final class Directory {

    private final Object lock = new Object();
    private final Clock clock;
    private final List<Consumer<String>> lockOutListeners = new CopyOnWriteArrayList<>();

    private final Table<Organization> organizations = new Table<>(lock);
    private final Table<OrganizationScope> organizationScopes = new Table<>(lock);
    private final Table<OrganizationRole> organizationRoles = new Table<>(lock);
    private final Table<Resource> resources = new Table<>(lock);
    private final Table<ResourceScope> resourceScopes = new Table<>(lock);
    private final Table<Role> roles = new Table<>(lock);
    private final Table<User> users = new Table<>(lock);
    private final Table<Application> applications = new Table<>(lock);

    private final Relation<String> organizationUsers = new Relation<>(lock);
    private final Relation<String> organizationApplications = new Relation<>(lock);
    private final Relation<Member> memberRoles = new Relation<>(lock);
    private final Relation<String> organizationRoleScopes = new Relation<>(lock);
    private final Relation<String> organizationRoleResourceScopes = new Relation<>(lock);
    private final Relation<String> principalRoles = new Relation<>(lock);
    private final Relation<String> roleScopes = new Relation<>(lock);
    private final Relation<String> mfaFactors = new Relation<>(lock);

    public Directory(Clock clock) {
        this.clock = clock;
    }

    public long now() {
        return clock.millis();
    }

    public Table<Organization> organizations() {
        return organizations;
    }

    public Table<OrganizationScope> organizationScopes() {
        return organizationScopes;
    }

    public Table<OrganizationRole> organizationRoles() {
        return organizationRoles;
    }

    public Table<Resource> resources() {
        return resources;
    }

    public Table<ResourceScope> resourceScopes() {
        return resourceScopes;
    }

    public Table<Role> roles() {
        return roles;
    }

    public Table<User> users() {
        return users;
    }

    public Table<Application> applications() {
        return applications;
    }

    /** Users by organization. */
    public Relation<String> organizationUsers() {
        return organizationUsers;
    }

    /** Applications by organization. */
    public Relation<String> organizationApplications() {
        return organizationApplications;
    }

    /** Organization roles by member, which is a user or an application. */
    public Relation<Member> memberRoles() {
        return memberRoles;
    }

    /** Organization scopes by organization role. */
    public Relation<String> organizationRoleScopes() {
        return organizationRoleScopes;
    }

    /** Scopes of API resources by organization role. */
    public Relation<String> organizationRoleResourceScopes() {
        return organizationRoleResourceScopes;
    }

    /** Global roles by user or application. */
    public Relation<String> principalRoles() {
        return principalRoles;
    }

    /** Scopes of API resources by global role. */
    public Relation<String> roleScopes() {
        return roleScopes;
    }

    /** Second factors by user. */
    public Relation<String> mfaFactors() {
        return mfaFactors;
    }

    // The current permissions of a principal

    public List<OrganizationScope> scopesIn(String organizationId, String principalId) {
        synchronized (lock) {
            return memberRoles.of(new Member(organizationId, principalId)).stream()
                    .flatMap(role -> organizationRoleScopes.of(role).stream())
                    .distinct()
                    .flatMap(id -> organizationScopes.find(id).stream())
                    .toList();
        }
    }

    /** Scopes of an API resource that come from the principal's roles in one organization. */
    public List<ResourceScope> resourceScopesIn(String organizationId, String principalId, String indicator) {
        synchronized (lock) {
            return resourceScopes(
                    memberRoles.of(new Member(organizationId, principalId)).stream()
                            .flatMap(role -> organizationRoleResourceScopes.of(role).stream()),
                    indicator);
        }
    }

    /** Scopes of an API resource that come from global roles. */
    public List<ResourceScope> globalResourceScopes(String principalId, String indicator) {
        synchronized (lock) {
            return resourceScopes(
                    principalRoles.of(principalId).stream().flatMap(role -> roleScopes.of(role).stream()), indicator);
        }
    }

    /** Scopes of an API resource that a user holds globally or in any organization. */
    public List<ResourceScope> resourceScopesAnywhere(String userId, String indicator) {
        synchronized (lock) {
            return Stream.concat(
                            globalResourceScopes(userId, indicator).stream(),
                            organizationUsers.holding(userId).stream()
                                    .flatMap(
                                            organization -> resourceScopesIn(organization, userId, indicator).stream()))
                    .distinct()
                    .toList();
        }
    }

    public Optional<Resource> resourceByIndicator(String indicator) {
        return resources.where(resource -> resource.indicator().equals(indicator)).stream()
                .findFirst();
    }

    public Optional<User> userByUsername(String username) {
        return users.where(user -> username.equals(user.username())).stream().findFirst();
    }

    public boolean isMember(String organizationId, String userId) {
        return organizationUsers.contains(organizationId, userId);
    }

    private List<ResourceScope> resourceScopes(Stream<String> ids, String indicator) {
        String resourceId = resourceByIndicator(indicator).map(Resource::id).orElse("");
        return ids.distinct()
                .flatMap(id -> resourceScopes.find(id).stream())
                .filter(scope -> scope.resourceId().equals(resourceId))
                .toList();
    }

    // Changes, each with all its consequences

    public void addMember(String organizationId, String userId) {
        organizationUsers.add(organizationId, List.of(userId));
    }

    /** Removes a member. The roles are removed as well and do not return with the membership. */
    public boolean removeMember(String organizationId, String userId) {
        return remove(organizationUsers, organizationId, userId);
    }

    public boolean removeApplication(String organizationId, String applicationId) {
        return remove(organizationApplications, organizationId, applicationId);
    }

    private boolean remove(Relation<String> members, String organizationId, String id) {
        synchronized (lock) {
            memberRoles.dropLeft(new Member(organizationId, id)::equals);
            return members.remove(organizationId, id);
        }
    }

    public Relation.Delta replaceMembers(String organizationId, Collection<String> userIds) {
        return replace(organizationUsers, organizationId, userIds);
    }

    public Relation.Delta replaceApplications(String organizationId, Collection<String> applicationIds) {
        return replace(organizationApplications, organizationId, applicationIds);
    }

    private Relation.Delta replace(Relation<String> members, String organizationId, Collection<String> ids) {
        synchronized (lock) {
            Relation.Delta delta = members.replace(organizationId, ids);
            delta.removed().forEach(id -> memberRoles.dropLeft(new Member(organizationId, id)::equals));
            return delta;
        }
    }

    /**
     * Makes a user a member with exactly these organization scopes, by a separate role. Creates the user, the organization and the
     * scopes if they do not exist. The user's password is {@code demo}.
     */
    public void addMember(String organizationId, String userId, Collection<String> scopeNames) {
        synchronized (lock) {
            if (!organizations.contains(organizationId)) {
                organizations.insert(Organization.named(organizationId, organizationId, organizationId, now()));
            }
            if (!users.contains(userId)) {
                users.insert(User.named(userId, userId, userId + "@example.test", userId, "demo", now()));
            }
            String role = "member " + userId + " of " + organizationId;
            if (!organizationRoles.contains(role)) {
                organizationRoles.insert(new OrganizationRole(role, role, null, RoleType.User));
            }
            organizationRoleScopes.replace(
                    role, scopeNames.stream().map(this::organizationScopeId).toList());
            addMember(organizationId, userId);
            setRoles(organizationId, userId, role);
        }
    }

    private String organizationScopeId(String name) {
        return organizationScopes.where(scope -> scope.name().equals(name)).stream()
                .findFirst()
                .orElseGet(() -> organizationScopes.insert(new OrganizationScope(Ids.standardId(), name, null)))
                .id();
    }

    /** Replaces a member's organization roles, by name. */
    public void setRoles(String organizationId, String principalId, String... roleNames) {
        synchronized (lock) {
            memberRoles.replace(
                    new Member(organizationId, principalId),
                    Arrays.stream(roleNames).map(this::organizationRoleId).toList());
        }
    }

    /** Adds an organization scope to the template and to the named roles. */
    public OrganizationScope addOrganizationScope(String name, String... roleNames) {
        synchronized (lock) {
            OrganizationScope scope = organizationScopes.insert(new OrganizationScope(Ids.standardId(), name, null));
            Arrays.stream(roleNames)
                    .forEach(role -> organizationRoleScopes.add(organizationRoleId(role), List.of(scope.id())));
            return scope;
        }
    }

    /** Adds a scope to an API resource and to the named organization roles. */
    public ResourceScope addResourceScope(String indicator, String name, String... roleNames) {
        synchronized (lock) {
            Resource resource = resourceByIndicator(indicator).orElseThrow();
            ResourceScope scope =
                    resourceScopes.insert(new ResourceScope(Ids.standardId(), resource.id(), name, null, now()));
            Arrays.stream(roleNames)
                    .forEach(role -> organizationRoleResourceScopes.add(organizationRoleId(role), List.of(scope.id())));
            return scope;
        }
    }

    /** Suspends or releases a user. A suspension ends every session and revokes every refresh token for good. */
    public Optional<User> suspend(String userId, boolean suspended) {
        Optional<User> user = users.update(userId, each -> each.withSuspended(suspended, now()));
        if (suspended) {
            user.ifPresent(this::lockOut);
        }
        return user;
    }

    public Optional<User> deleteUser(String userId) {
        Optional<User> user;
        synchronized (lock) {
            user = users.delete(userId);
            organizationUsers.dropRight(userId);
            forgetPrincipal(userId);
            mfaFactors.dropLeft(userId::equals);
        }
        user.ifPresent(this::lockOut);
        return user;
    }

    public boolean deleteApplication(String applicationId) {
        synchronized (lock) {
            organizationApplications.dropRight(applicationId);
            forgetPrincipal(applicationId);
            return applications.delete(applicationId).isPresent();
        }
    }

    public boolean deleteOrganization(String organizationId) {
        synchronized (lock) {
            organizationUsers.dropLeft(organizationId::equals);
            organizationApplications.dropLeft(organizationId::equals);
            memberRoles.dropLeft(member -> member.organizationId().equals(organizationId));
            return organizations.delete(organizationId).isPresent();
        }
    }

    public boolean deleteOrganizationRole(String roleId) {
        synchronized (lock) {
            memberRoles.dropRight(roleId);
            organizationRoleScopes.dropLeft(roleId::equals);
            organizationRoleResourceScopes.dropLeft(roleId::equals);
            return organizationRoles.delete(roleId).isPresent();
        }
    }

    public boolean deleteOrganizationScope(String scopeId) {
        synchronized (lock) {
            organizationRoleScopes.dropRight(scopeId);
            return organizationScopes.delete(scopeId).isPresent();
        }
    }

    public boolean deleteRole(String roleId) {
        synchronized (lock) {
            principalRoles.dropRight(roleId);
            roleScopes.dropLeft(roleId::equals);
            return roles.delete(roleId).isPresent();
        }
    }

    public boolean deleteResource(String resourceId) {
        synchronized (lock) {
            resourceScopes.where(scope -> scope.resourceId().equals(resourceId)).stream()
                    .map(ResourceScope::id)
                    .forEach(this::deleteResourceScope);
            return resources.delete(resourceId).isPresent();
        }
    }

    public boolean deleteResourceScope(String scopeId) {
        synchronized (lock) {
            organizationRoleResourceScopes.dropRight(scopeId);
            roleScopes.dropRight(scopeId);
            return resourceScopes.delete(scopeId).isPresent();
        }
    }

    /** Adds a listener that receives the identifier of every user that is suspended or deleted. */
    public void onLockOut(Consumer<String> listener) {
        lockOutListeners.add(listener);
    }

    public String organizationRoleId(String name) {
        return organizationRoles.where(role -> role.name().equals(name)).stream()
                .findFirst()
                .map(OrganizationRole::id)
                .orElseThrow(() -> new NoSuchElementException("no organization role named " + name));
    }

    private void forgetPrincipal(String principalId) {
        memberRoles.dropLeft(member -> member.principalId().equals(principalId));
        principalRoles.dropLeft(principalId::equals);
    }

    private void lockOut(User user) {
        lockOutListeners.forEach(listener -> listener.accept(user.id()));
    }
}

package io.scopeguard.bench.live.tenant;

import io.scopeguard.bench.live.tenant.Timeline.State;
import io.scopeguard.scope.Audience;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The true state: organizations, members, roles and scopes. Every change is atomic and dated, and the history of the entitlements
 * in use is recorded. Thread-safe.
 */
public final class Tenant {

    /** Distinguishes a global role from a role of the same name in organizations. */
    private static final String GLOBAL = "global ";

    private final LongSupplier nanoTime;
    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    private final Map<Entitlement, Timeline> timelines = new ConcurrentHashMap<>();
    /** The scopes of all roles, for the audiences of the timelines. */
    private final Map<Audience, Map<String, Set<String>>> definitions = new ConcurrentHashMap<>();

    final Map<String, Map<String, Set<String>>> organizations = new LinkedHashMap<>();
    final Map<String, Set<String>> organizationsOfUser = new LinkedHashMap<>();
    final Map<String, Role> organizationRoles = new LinkedHashMap<>();
    final Map<String, Role> globalRoles = new LinkedHashMap<>();
    final Map<String, Set<String>> holders = new LinkedHashMap<>();
    final Map<Audience, Map<String, Long>> scopes = new LinkedHashMap<>();
    final Set<String> suspended = new HashSet<>();
    private long ids;

    /**
     * @param nanoTime dates the changes
     */
    public Tenant(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        scopes.put(Audience.ORGANIZATION, new LinkedHashMap<>());
    }

    /**
     * Makes changes that become visible at once.
     *
     * @return the time of the changes
     */
    public long change(Runnable changes) {
        lock.writeLock().lock();
        try {
            changes.run();
            long now = nanoTime.getAsLong();
            definitions.replaceAll(this::definitions);
            timelines.forEach((entitlement, timeline) -> timeline.append(now, stateOf(entitlement)));
            return now;
        } finally {
            lock.writeLock().unlock();
        }
    }

    /** The history of an entitlement, recorded from the first call on. */
    public Timeline timeline(Entitlement entitlement) {
        Timeline known = timelines.get(entitlement);
        return known != null
                ? known
                : read(() -> timelines.computeIfAbsent(entitlement, missing -> new Timeline(stateOf(missing))));
    }

    /** The number of pages of 100 members of all organizations. */
    public int pages() {
        return read(() -> organizations.values().stream()
                .mapToInt(members -> (members.size() + 99) / 100)
                .sum());
    }

    /** The organization's members, oldest first. */
    public List<String> members(String organization) {
        return read(() -> List.copyOf(membersOf(organization).keySet()));
    }

    /** All users that hold a role in an organization, with the organization. */
    public List<Map.Entry<String, String>> holdersOf(String role) {
        return read(() -> {
            List<Map.Entry<String, String>> found = new ArrayList<>();
            organizations.forEach((organization, members) -> members.forEach((user, roles) -> {
                if (roles.contains(role)) {
                    found.add(Map.entry(user, organization));
                }
            }));
            return found;
        });
    }

    /** Whether a user holds a global role. */
    public boolean holdsGlobalRole(String user, String role) {
        return read(() -> holdersOfGlobal(role).contains(user));
    }

    // Changes, to be made within change(..)

    /** Defines scopes of an audience, with new ids. */
    public void defineScopes(Audience audience, Collection<String> names) {
        Map<String, Long> known = scopes.computeIfAbsent(audience, ignored -> new LinkedHashMap<>());
        names.forEach(name -> known.put(name, ++ids));
    }

    /** Adds scopes to a role in organizations; creates the role, and scopes that are not defined. */
    public void addScopes(String role, Audience audience, Collection<String> names) {
        add(organizationRoles, role, audience, names);
    }

    /** Removes scopes from a role. Returns whether the role had any of them. */
    public boolean removeScopes(String role, Audience audience, Collection<String> names) {
        return role(role).remove(audience, names);
    }

    /** Deletes a role in organizations, which its holders lose. */
    public void deleteRole(String role) {
        organizationRoles.remove(role);
        organizations.values().forEach(members -> members.values().forEach(roles -> roles.remove(role)));
    }

    /** Adds a member as the newest of the organization. */
    public void addMember(String organization, String user, Collection<String> roles) {
        organizations
                .computeIfAbsent(organization, ignored -> new LinkedHashMap<>())
                .put(user, new LinkedHashSet<>(roles));
        organizationsOfUser
                .computeIfAbsent(user, ignored -> new LinkedHashSet<>())
                .add(organization);
    }

    public void removeMember(String organization, String user) {
        membersOf(organization).remove(user);
        organizationsOfUser
                .computeIfAbsent(user, ignored -> new LinkedHashSet<>())
                .remove(organization);
    }

    public void giveRole(String organization, String user, String role) {
        rolesOf(organization, user).add(role);
    }

    public void takeRole(String organization, String user, String role) {
        rolesOf(organization, user).remove(role);
    }

    /** Adds scopes to a global role; creates the role, and scopes that are not defined. */
    public void addGlobalScopes(String role, Audience audience, Collection<String> names) {
        add(globalRoles, role, audience, names);
    }

    public void giveGlobalRole(String user, String role) {
        holders.computeIfAbsent(role, ignored -> new LinkedHashSet<>()).add(user);
    }

    public void takeGlobalRole(String user, String role) {
        holdersOfGlobal(role).remove(user);
    }

    public void suspend(String user) {
        suspended.add(user);
    }

    // For answers

    <T> T read(Supplier<T> reader) {
        lock.readLock().lock();
        try {
            return reader.get();
        } finally {
            lock.readLock().unlock();
        }
    }

    Map<String, Set<String>> membersOf(String organization) {
        return organizations.getOrDefault(organization, Map.of());
    }

    Set<String> holdersOfGlobal(String role) {
        return holders.getOrDefault(role, Set.of());
    }

    /** The same in the order of Logto's lists, newest first. */
    static <T> List<T> newestFirst(Collection<T> items) {
        List<T> reversed = new ArrayList<>(items);
        Collections.reverse(reversed);
        return reversed;
    }

    private void add(Map<String, Role> roles, String role, Audience audience, Collection<String> names) {
        Map<String, Long> known = scopes.computeIfAbsent(audience, ignored -> new LinkedHashMap<>());
        names.forEach(name -> known.computeIfAbsent(name, ignored -> ++ids));
        roles.computeIfAbsent(role, Role::new).add(audience, names);
    }

    private Role role(String id) {
        Role role = organizationRoles.get(id);
        if (role == null) {
            throw new IllegalArgumentException("no such role: " + id);
        }
        return role;
    }

    private Set<String> rolesOf(String organization, String user) {
        Set<String> roles = membersOf(organization).get(user);
        if (roles == null) {
            throw new IllegalArgumentException(user + " is no member of " + organization);
        }
        return roles;
    }

    private State stateOf(Entitlement entitlement) {
        return new State(
                rolesOf(entitlement),
                definitions.computeIfAbsent(entitlement.audience(), audience -> definitions(audience, Map.of())));
    }

    private Set<String> rolesOf(Entitlement entitlement) {
        @Nullable
        Set<String> inOrganization = entitlement.organization() == null
                ? Set.<String>of()
                : membersOf(entitlement.organization()).get(entitlement.user());
        if (inOrganization == null || suspended.contains(entitlement.user())) {
            return Set.of();
        }
        Set<String> roles = new HashSet<>(inOrganization);
        if (!entitlement.audience().isOrganization()) {
            globalRoles.keySet().stream()
                    .filter(role -> holdersOfGlobal(role).contains(entitlement.user()))
                    .forEach(role -> roles.add(GLOBAL + role));
        }
        return roles;
    }

    /** The scopes of all roles for an audience; the same instance as before if none has changed. */
    private Map<String, Set<String>> definitions(Audience audience, Map<String, Set<String>> before) {
        Map<String, Set<String>> now = new HashMap<>();
        organizationRoles.forEach((id, role) -> now.put(id, Set.copyOf(role.scopes(audience))));
        globalRoles.forEach((id, role) -> now.put(GLOBAL + id, Set.copyOf(role.scopes(audience))));
        return now.equals(before) ? before : now;
    }
}

package io.scopeguard.role;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Names of roles, by kind. Names are compared exactly. Immutable.
 *
 * @param global roles held outside of organizations
 * @param organization roles held in one organization
 * @since 0.1
 */
public record Roles(Set<String> global, Set<String> organization) {

    private static final Roles NONE = new Roles(Set.of(), Set.of());

    /** Copies the sets. */
    public Roles {
        global = Set.copyOf(global);
        organization = Set.copyOf(organization);
    }

    /** No roles. */
    public static Roles none() {
        return NONE;
    }

    /** Roles of one kind. */
    public static Roles of(RoleKind kind, Set<String> names) {
        return kind == RoleKind.GLOBAL ? new Roles(names, Set.of()) : new Roles(Set.of(), names);
    }

    /** The roles that a requirement names; none without a requirement. */
    public static Roles requiredBy(@Nullable RoleRequirement requirement) {
        return requirement == null ? NONE : of(requirement.kind(), requirement.roles());
    }

    /** The names of one kind. */
    public Set<String> of(RoleKind kind) {
        return kind == RoleKind.GLOBAL ? global : organization;
    }

    public boolean contains(RoleKind kind, String name) {
        return of(kind).contains(name);
    }

    public boolean isEmpty() {
        return global.isEmpty() && organization.isEmpty();
    }

    /** The roles that are in one of the two sets or in both. */
    public Roles or(Roles others) {
        boolean isContained = global.containsAll(others.global) && organization.containsAll(others.organization);
        return isContained ? this : new Roles(union(global, others.global), union(organization, others.organization));
    }

    /** The roles that are in both. */
    public Roles and(Roles others) {
        return new Roles(intersection(global, others.global), intersection(organization, others.organization));
    }

    private static Set<String> intersection(Set<String> a, Set<String> b) {
        Set<String> common = new HashSet<>(a);
        common.retainAll(b);
        return common;
    }

    private static Set<String> union(Set<String> a, Set<String> b) {
        Set<String> union = new HashSet<>(a);
        union.addAll(b);
        return union;
    }

    /** The names of all roles, in alphabetical order. */
    public List<String> names() {
        Set<String> names = new TreeSet<>(global);
        names.addAll(organization);
        return List.copyOf(names);
    }
}

package io.scopeguard.provider;

import org.jspecify.annotations.Nullable;

/**
 * The key of a set of role definitions, which is read as a whole.
 *
 * @param name the name of the set, for metrics and logs
 * @param organization the organization of the definitions, or {@code null} if the tenant has one set for all
 * @since 0.1
 */
public record DefinitionsKey(String name, @Nullable String organization) {

    /** Roles that all organizations of the tenant share. */
    public static final DefinitionsKey ORGANIZATION_ROLES = new DefinitionsKey("organization-roles", null);

    /** Roles held outside of organizations. */
    public static final DefinitionsKey GLOBAL_ROLES = new DefinitionsKey("global-roles", null);

    /** The name alone: ids must not be logged. */
    @Override
    public String toString() {
        return name;
    }
}

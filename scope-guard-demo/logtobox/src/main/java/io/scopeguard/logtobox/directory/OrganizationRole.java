package io.scopeguard.logtobox.directory;

import org.jspecify.annotations.Nullable;

/**
 * A role of the organization template, held by a member in one organization at a time.
 *
 * @since 0.1
 */
public record OrganizationRole(
        String id, String name, @Nullable String description, RoleType type) implements Entity {}

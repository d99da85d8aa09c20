package io.scopeguard.logtobox.directory;

import org.jspecify.annotations.Nullable;

/**
 * A permission of the organization template. Logto does not store when it was created.
 *
 * @since 0.1
 */
public record OrganizationScope(
        String id, String name, @Nullable String description) implements Entity {}

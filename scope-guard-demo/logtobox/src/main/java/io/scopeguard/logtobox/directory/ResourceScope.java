package io.scopeguard.logtobox.directory;

import org.jspecify.annotations.Nullable;

/**
 * A permission of one API.
 *
 * @since 0.1
 */
public record ResourceScope(
        String id, String resourceId, String name, @Nullable String description, long createdAt) implements Entity {}

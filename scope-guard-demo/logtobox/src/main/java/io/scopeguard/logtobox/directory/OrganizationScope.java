package io.scopeguard.logtobox.directory;

import org.jspecify.annotations.Nullable;

/** A permission of the organization template. Logto keeps no creation time for it. */
public record OrganizationScope(
        String id, String name, @Nullable String description) implements Entity {}

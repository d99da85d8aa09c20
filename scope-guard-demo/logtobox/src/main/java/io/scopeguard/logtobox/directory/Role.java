package io.scopeguard.logtobox.directory;

/**
 * A global role: it grants scopes of API resources, independently of organizations.
 *
 * @since 0.1
 */
public record Role(String id, String name, String description, RoleType type, boolean isDefault) implements Entity {}

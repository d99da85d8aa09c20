package io.scopeguard.logtobox.directory;

/**
 * A user or an application in one organization.
 *
 * @since 0.1
 */
public record Member(String organizationId, String principalId) {}

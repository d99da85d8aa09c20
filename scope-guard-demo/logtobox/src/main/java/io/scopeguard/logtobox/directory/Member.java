package io.scopeguard.logtobox.directory;

/** A user or an application, as seen from one organization. */
public record Member(String organizationId, String principalId) {}

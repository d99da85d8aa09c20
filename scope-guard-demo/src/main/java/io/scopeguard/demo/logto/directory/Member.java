package io.scopeguard.demo.logto.directory;

/** A user or an application, as seen from one organization. */
public record Member(String organizationId, String principalId) {}

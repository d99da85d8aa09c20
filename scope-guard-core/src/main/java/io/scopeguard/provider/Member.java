package io.scopeguard.provider;

/**
 * A user on a page of an organization's members. Its entry is an explicit answer about the user's roles.
 *
 * @param user the user's id
 * @since 0.1
 */
public record Member(String user, Membership membership) {}

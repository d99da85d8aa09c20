package io.scopeguard.provider;

/**
 * A user on a page of an organization's members. To be on the page is an explicit answer about the user's roles.
 *
 * @param user the user's id
 */
public record Member(String user, Membership membership) {}

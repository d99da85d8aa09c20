package io.scopeguard.provider;

/**
 * A user on a page of a global role's holders.
 *
 * @param user the user's id
 * @param standing {@link Standing#ACTIVE} or {@link Standing#SUSPENDED}
 */
public record Holder(String user, Standing standing) {}

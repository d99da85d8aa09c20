package io.scopeguard.provider;

/**
 * A user on a page with the holders of a global role.
 *
 * @param user the user's id
 * @param standing {@link Standing#ACTIVE} or {@link Standing#SUSPENDED}
 * @since 0.1
 */
public record Holder(String user, Standing standing) {}

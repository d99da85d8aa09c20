package io.scopeguard.logtobox.directory;

/**
 * An API; {@code accessTokenTtl} is in seconds.
 *
 * @since 0.1
 */
public record Resource(String id, String name, String indicator, boolean isDefault, long accessTokenTtl)
        implements Entity {}

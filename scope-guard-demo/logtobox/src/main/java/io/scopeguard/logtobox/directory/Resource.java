package io.scopeguard.logtobox.directory;

/** An API; {@code accessTokenTtl} is in seconds. */
public record Resource(String id, String name, String indicator, boolean isDefault, long accessTokenTtl)
        implements Entity {}

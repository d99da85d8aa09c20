package io.scopeguard.logtobox.directory;

/**
 * A row with an identifier.
 *
 * @since 0.1
 */
public interface Entity {

    String id();
}

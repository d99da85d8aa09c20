package io.scopeguard.logtobox.directory;

/** A row with an identifier of its own. */
public interface Entity {

    String id();
}

package io.scopeguard;

/**
 * The maximum number of watches is open: the access must not be opened.
 *
 * @since 0.1
 */
public final class TooManyWatchesException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    TooManyWatchesException(int max) {
        super("More than " + max + " watches would be open.");
    }
}

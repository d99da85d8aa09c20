package io.scopeguard;

/** As many watches are open as may be: the access must not be opened. */
public final class TooManyWatchesException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    TooManyWatchesException(int max) {
        super("More than " + max + " watches would be open.");
    }
}

package io.scopeguard.logto;

/** Whether calls to Logto are made, or given up at once because too many in a row have failed. */
public enum Circuit {
    /** Calls are made. */
    CLOSED,
    /** Logto is left alone. */
    OPEN,
    /** Logto has been left alone long enough: a single call finds out whether it answers again. */
    HALF_OPEN
}

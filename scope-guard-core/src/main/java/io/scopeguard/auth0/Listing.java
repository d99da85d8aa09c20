package io.scopeguard.auth0;

/**
 * A list of the Management API. Auth0 has two ways of paging: by page number, with a total, and by checkpoint, without.
 *
 * @param operation names the call in metrics
 * @param path with its query, if it has one
 * @param items the member of the answer that contains the items
 * @param isByCheckpoint which way of paging
 */
record Listing(String operation, String path, String items, boolean isByCheckpoint) {

    /** A list with page numbers and a total. */
    static Listing numbered(String operation, String path, String items) {
        return new Listing(operation, path, items, false);
    }

    /** A list with checkpoints, which may be of any length. */
    static Listing byCheckpoint(String operation, String path, String items) {
        return new Listing(operation, path, items, true);
    }
}

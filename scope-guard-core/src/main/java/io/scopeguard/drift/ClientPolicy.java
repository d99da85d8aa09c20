package io.scopeguard.drift;

/**
 * How a client is treated.
 *
 * @param watched which scopes its tokens are told to lack
 * @param nonInteractive whether no person is there who could consent, though its tokens do not show it
 * @param thirdParty whether it belongs to somebody else, who hears how many scopes a token lacks, but not which
 */
public record ClientPolicy(WatchedScopes watched, boolean nonInteractive, boolean thirdParty) {

    /** A client of one's own, with a person in front of it. */
    public static ClientPolicy watching(WatchedScopes watched) {
        return new ClientPolicy(watched, false, false);
    }
}

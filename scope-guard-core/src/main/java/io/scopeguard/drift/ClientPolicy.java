package io.scopeguard.drift;

/**
 * The policy for a client.
 *
 * @param watched scopes whose absence from its tokens is reported
 * @param nonInteractive whether no user is present to grant consent, even though the client's tokens look interactive
 * @param thirdParty whether the client belongs to another party: it receives the number of missing scopes, but not their names
 * @since 0.1
 */
public record ClientPolicy(WatchedScopes watched, boolean nonInteractive, boolean thirdParty) {

    /** The policy for an interactive client of the same party. */
    public static ClientPolicy watching(WatchedScopes watched) {
        return new ClientPolicy(watched, false, false);
    }
}

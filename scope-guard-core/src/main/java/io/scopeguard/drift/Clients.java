package io.scopeguard.drift;

import io.scopeguard.token.AccessToken;
import java.util.Map;

/** The policy for each client. Immutable. */
public final class Clients {

    private final ClientPolicy others;
    private final Map<String, ClientPolicy> listed;

    /**
     * @param others the policy for all clients that are not listed
     * @param listed by {@code client_id}
     */
    public Clients(ClientPolicy others, Map<String, ClientPolicy> listed) {
        this.others = others;
        this.listed = Map.copyOf(listed);
    }

    /** One policy for all clients, which reports these scopes. */
    public static Clients watching(WatchedScopes watched) {
        return new Clients(ClientPolicy.watching(watched), Map.of());
    }

    /** The policy for the client that a token was issued to. */
    public ClientPolicy of(AccessToken token) {
        return listed.getOrDefault(token.clientId(), others);
    }

    /** Whether no user is present to grant consent, according to the token or to the client's policy. */
    public boolean isNonInteractive(AccessToken token) {
        return token.isNonInteractive() || of(token).nonInteractive();
    }
}

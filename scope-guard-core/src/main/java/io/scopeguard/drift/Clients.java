package io.scopeguard.drift;

import java.util.Map;

/**
 * The policy for each client. Immutable.
 *
 * @since 0.1
 */
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

    /** The same policy for all clients: these scopes are reported. */
    public static Clients watching(WatchedScopes watched) {
        return new Clients(ClientPolicy.watching(watched), Map.of());
    }

    /** The policy for the client with this {@code client_id}. */
    public ClientPolicy of(String clientId) {
        return listed.getOrDefault(clientId, others);
    }
}

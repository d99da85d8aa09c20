package io.scopeguard.redis;

import io.scopeguard.ScopeGuard;

/** Heartbeats of replicas whose clock is moved: they come as often as time passes. */
public final class Heartbeats {

    private Heartbeats() {}

    /** Sends the heartbeat of a replica now. */
    public static void beat(ReplicaSharing sharing, ScopeGuard guard) {
        sharing.parts().forEach(part -> part.beatNow(guard));
    }
}

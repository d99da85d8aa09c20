package io.scopeguard.remedy;

import io.scopeguard.drift.ScopeDrift;

/**
 * What to tell a client.
 *
 * @param remedy what to do; {@link Remedy#NONE} tells nothing
 * @param drift what changed, as far as the client should hear of it
 */
public record Advice(Remedy remedy, ScopeDrift drift) {

    private static final Advice NONE = new Advice(Remedy.NONE, ScopeDrift.none());

    /** Nothing to tell. */
    public static Advice none() {
        return NONE;
    }
}

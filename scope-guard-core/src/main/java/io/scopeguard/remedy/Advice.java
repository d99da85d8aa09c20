package io.scopeguard.remedy;

import io.scopeguard.drift.ScopeDrift;

/**
 * What to tell a client.
 *
 * @param remedy what to do; {@link Remedy#NONE} tells nothing
 * @param drift what changed, as far as the client should hear of it
 * @param onlyCountsMissing whether it hears how many scopes its token lacks, rather than which
 */
public record Advice(Remedy remedy, ScopeDrift drift, boolean onlyCountsMissing) {

    private static final Advice NONE = new Advice(Remedy.NONE, ScopeDrift.none());

    /** With the names of all that changed. */
    public Advice(Remedy remedy, ScopeDrift drift) {
        this(remedy, drift, false);
    }

    /** Nothing to tell. */
    public static Advice none() {
        return NONE;
    }
}

package io.scopeguard.permission;

import io.scopeguard.scope.Scopes;
import java.time.Instant;

/**
 * What a subject may do, as the provider said at one moment.
 *
 * @param standing without {@link Standing#ACTIVE} there are no scopes
 * @param issuable the scopes that a new token of this kind could carry now
 * @param granted those of them that count for a decision. The same for most kinds; fewer where a provider lets scopes of
 *     organizations into tokens that are for none.
 * @param asOf when the oldest of the reads behind this began, by our clock
 * @param history how that came about, as far as earlier readings tell
 */
public record LivePermissions(Standing standing, Scopes issuable, Scopes granted, Instant asOf, ScopeHistory history) {

    /** A reading that stands alone. */
    public LivePermissions(Standing standing, Scopes issuable, Scopes granted, Instant asOf) {
        this(standing, issuable, granted, asOf, ScopeHistory.none());
    }

    /** The permissions of a subject in good standing, all of which count. */
    public static LivePermissions of(Scopes scopes, Instant asOf) {
        return new LivePermissions(Standing.ACTIVE, scopes, scopes, asOf);
    }

    /** No permissions, for this reason. */
    public static LivePermissions none(Standing standing, Instant asOf) {
        return new LivePermissions(standing, Scopes.none(), Scopes.none(), asOf);
    }

    /** Which of the scopes are not there without having been seen to go. */
    Scopes unexplained(Scopes held) {
        return held.minus(granted).where(scope -> !history.sawGo(scope));
    }

    /** The same, with these scopes too: nobody can say that they are gone. */
    LivePermissions sparing(Scopes spared) {
        return new LivePermissions(standing, issuable.or(spared), granted.or(spared), asOf, history);
    }
}

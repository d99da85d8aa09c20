package io.scopeguard.remedy;

import io.scopeguard.drift.ScopeDrift;
import java.time.Duration;

/**
 * The advice for the client of a token.
 *
 * @param remedy the remedy; with {@link Remedy#NONE}, the client receives no hint
 * @param drift the drift that is reported to the client
 * @param onlyCountsMissing whether the client receives the number of missing scopes instead of their names
 * @param after how long the client must wait before it acts, in whole seconds, so that its next token is certainly newer than the
 *     change; at most {@link io.scopeguard.provider.ProviderClock#MAX_WAIT}
 * @since 0.1
 */
public record RemedyAdvice(Remedy remedy, ScopeDrift drift, boolean onlyCountsMissing, Duration after) {

    private static final RemedyAdvice NONE = new RemedyAdvice(Remedy.NONE, ScopeDrift.none(), false, Duration.ZERO);

    public RemedyAdvice(Remedy remedy, ScopeDrift drift) {
        this(remedy, drift, false, Duration.ZERO);
    }

    public RemedyAdvice(Remedy remedy, ScopeDrift drift, boolean onlyCountsMissing) {
        this(remedy, drift, onlyCountsMissing, Duration.ZERO);
    }

    /** No remedy. */
    public static RemedyAdvice none() {
        return NONE;
    }
}

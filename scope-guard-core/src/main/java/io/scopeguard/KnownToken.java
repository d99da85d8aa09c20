package io.scopeguard;

import io.scopeguard.drift.ScopeComparison;
import io.scopeguard.drift.ScopeDrift;
import io.scopeguard.permission.LivePermissions;
import io.scopeguard.permission.PermissionKey;
import io.scopeguard.remedy.RemedyAdvice;
import io.scopeguard.scope.Scopes;
import io.scopeguard.token.AccessToken;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Results of earlier requests with the same token: its scopes beside the live permissions, as long as these are the
 * same instance, and for a second the advice for its client. Thread-safe: two threads may do the same work twice.
 */
final class KnownToken {

    private static final long ADVICE_LASTS = TimeUnit.SECONDS.toNanos(1);

    private final PermissionKey key;
    private volatile @Nullable Compared compared;
    private volatile @Nullable Advised advised;

    private record Compared(LivePermissions live, ScopeComparison comparison) {}

    private record Advised(LivePermissions live, ScopeDrift drift, RemedyAdvice advice, long at) {}

    KnownToken(AccessToken token) {
        this.key = PermissionKey.of(token);
    }

    PermissionKey key() {
        return key;
    }

    /** The live permissions of the last request, or {@code null}. */
    @Nullable
    LivePermissions live() {
        Compared last = compared;
        return last == null ? null : last.live;
    }

    /**
     * The comparison of the token with live permissions.
     *
     * @param held the scopes of the token, always the same
     */
    ScopeComparison comparison(Scopes held, LivePermissions live) {
        Compared last = compared;
        if (last == null || last.live != live) {
            last = new Compared(live, ScopeComparison.of(held, live));
            compared = last;
        }
        return last.comparison;
    }

    /** The advice that was given for the same drift less than a second ago, or {@code null}. */
    @Nullable
    RemedyAdvice advice(LivePermissions live, ScopeDrift drift, long now) {
        Advised last = advised;
        return last != null && last.live == live && now - last.at < ADVICE_LASTS && last.drift.equals(drift)
                ? last.advice
                : null;
    }

    void advised(LivePermissions live, ScopeDrift drift, RemedyAdvice advice, long now) {
        advised = new Advised(live, drift, advice, now);
    }
}

package io.scopeguard;

import io.scopeguard.drift.ScopeComparison;
import io.scopeguard.drift.ScopeDrift;
import io.scopeguard.permission.LivePermissions;
import io.scopeguard.permission.PermissionKey;
import io.scopeguard.permission.RoleInterest;
import io.scopeguard.remedy.RemedyAdvice;
import io.scopeguard.scope.Scopes;
import io.scopeguard.token.AccessToken;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Results of earlier requests with the same token about the same roles: its scopes beside the live permissions, as long as these
 * are the same instance, and for a second the advice for its client. Thread-safe: two threads may do the same work twice.
 */
final class KnownToken {

    private static final long ADVICE_LASTS = TimeUnit.SECONDS.toNanos(1);

    /** Handlers that require different roles have results of their own, up to this number. */
    private static final int MAX_INTERESTS = 8;

    private final PermissionKey key;
    private volatile List<KnownToken> others = List.of();
    private volatile @Nullable Compared compared;
    private volatile @Nullable Advised advised;

    private record Compared(LivePermissions live, ScopeComparison comparison) {}

    private record Advised(LivePermissions live, ScopeDrift drift, RemedyAdvice advice, long at) {}

    KnownToken(AccessToken token) {
        this(PermissionKey.of(token));
    }

    private KnownToken(PermissionKey key) {
        this.key = key;
    }

    /** The results for requests about these roles. */
    KnownToken with(RoleInterest roles) {
        if (roles.equals(key.roles())) {
            return this;
        }
        List<KnownToken> known = others;
        for (KnownToken other : known) {
            if (roles.equals(other.key.roles())) {
                return other;
            }
        }
        KnownToken other = new KnownToken(key.with(roles));
        List<KnownToken> more = new ArrayList<>(known.size() < MAX_INTERESTS ? known : List.of());
        more.add(other);
        others = List.copyOf(more);
        return other;
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

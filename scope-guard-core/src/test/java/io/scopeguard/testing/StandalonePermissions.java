package io.scopeguard.testing;

import io.scopeguard.permission.LivePermissions;
import io.scopeguard.permission.PermissionHistory;
import io.scopeguard.provider.Standing;
import io.scopeguard.scope.Scopes;
import java.time.Instant;
import java.util.OptionalLong;

/** Live permissions without an earlier picture: since the read, all of them are held, and all others are lacked. */
public final class StandalonePermissions {

    private StandalonePermissions() {}

    /** The permissions of an active subject. All of them count. */
    public static LivePermissions of(Scopes scopes, Instant asOf, long readAt) {
        return of(scopes, scopes, asOf, readAt);
    }

    /** The permissions of an active subject. Not all of them count. */
    public static LivePermissions of(Scopes issuable, Scopes granted, Instant asOf, long readAt) {
        return of(Standing.ACTIVE, issuable, granted, asOf, readAt);
    }

    /** No permissions, for this reason. */
    public static LivePermissions none(Standing standing, Instant asOf, long readAt) {
        return of(standing, Scopes.none(), Scopes.none(), asOf, readAt);
    }

    private static LivePermissions of(Standing standing, Scopes issuable, Scopes granted, Instant asOf, long readAt) {
        return new LivePermissions(
                standing, issuable, granted, asOf, readAt, new Since(issuable, granted, readAt), kind -> null);
    }

    private record Since(Scopes issuable, Scopes granted, long readAt) implements PermissionHistory {

        @Override
        public OptionalLong heldSince(String scope) {
            return granted.contains(scope) ? OptionalLong.of(readAt) : OptionalLong.empty();
        }

        @Override
        public OptionalLong unbrokenSince(String scope) {
            return heldSince(scope);
        }

        @Override
        public boolean isObserved(String scope) {
            return false;
        }

        @Override
        public OptionalLong lackedSince(String scope) {
            return issuable.contains(scope) ? OptionalLong.empty() : OptionalLong.of(readAt);
        }

        @Override
        public OptionalLong lostAt(String scope) {
            return OptionalLong.empty();
        }

        @Override
        public long standingSince() {
            return readAt;
        }

        @Override
        public OptionalLong standingLostAt() {
            return OptionalLong.empty();
        }

        @Override
        public long firstRequestAt() {
            return readAt;
        }

        @Override
        public boolean isComplete() {
            return true;
        }
    }
}

package io.scopeguard.bench.jmh;

import io.scopeguard.permission.LivePermissions;
import io.scopeguard.permission.PermissionKey;
import io.scopeguard.permission.PermissionSource;
import io.scopeguard.scope.Scopes;
import java.time.Clock;
import java.time.Instant;

/** Answers at once, and always the same. */
record FixedPermissions(Scopes scopes, Clock clock) implements PermissionSource {

    @Override
    public LivePermissions fetch(PermissionKey key, Instant notBefore) {
        return LivePermissions.of(scopes, clock.instant());
    }

    @Override
    public LivePermissions confirm(PermissionKey key, Instant noticed) {
        return fetch(key, noticed);
    }
}

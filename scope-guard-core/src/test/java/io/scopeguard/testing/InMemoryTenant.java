package io.scopeguard.testing;

import io.scopeguard.permission.LivePermissions;
import io.scopeguard.permission.PermissionKey;
import io.scopeguard.permission.PermissionSource;
import io.scopeguard.permission.PermissionsUnavailableException;
import io.scopeguard.permission.PermissionsUnavailableException.Reason;
import io.scopeguard.permission.Standing;
import io.scopeguard.scope.Scopes;
import io.scopeguard.token.AccessToken;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A provider whose permissions can be changed at will. Whom nobody gave anything is no member. */
public final class InMemoryTenant implements PermissionSource {

    private final Map<PermissionKey, LivePermissions> permissions = new ConcurrentHashMap<>();
    private final AtomicInteger fetches = new AtomicInteger();
    private final AtomicInteger confirmations = new AtomicInteger();
    private final Clock clock;
    private volatile boolean down;

    public InMemoryTenant(Clock clock) {
        this.clock = clock;
    }

    public InMemoryTenant grant(AccessToken like, String... scopes) {
        return grant(like, Scopes.of(scopes), Scopes.of(scopes));
    }

    public InMemoryTenant grant(AccessToken like, Scopes issuable, Scopes granted) {
        permissions.put(PermissionKey.of(like), new LivePermissions(Standing.ACTIVE, issuable, granted, Instant.EPOCH));
        return this;
    }

    public InMemoryTenant stands(AccessToken like, Standing standing) {
        permissions.put(PermissionKey.of(like), LivePermissions.none(standing, Instant.EPOCH));
        return this;
    }

    public void down(boolean isDown) {
        down = isDown;
    }

    public int fetches() {
        return fetches.get();
    }

    public int confirmations() {
        return confirmations.get();
    }

    @Override
    public LivePermissions fetch(PermissionKey key, Instant notBefore) {
        fetches.incrementAndGet();
        return read(key);
    }

    @Override
    public LivePermissions confirm(PermissionKey key, Instant noticed) {
        confirmations.incrementAndGet();
        return read(key);
    }

    private LivePermissions read(PermissionKey key) {
        if (down) {
            throw new PermissionsUnavailableException(Reason.UNREACHABLE, "down");
        }
        LivePermissions now = permissions.getOrDefault(key, LivePermissions.none(Standing.NOT_A_MEMBER, Instant.EPOCH));
        return new LivePermissions(now.standing(), now.issuable(), now.granted(), clock.instant());
    }
}

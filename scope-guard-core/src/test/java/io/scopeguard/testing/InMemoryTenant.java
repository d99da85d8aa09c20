package io.scopeguard.testing;

import io.scopeguard.permission.Holder;
import io.scopeguard.permission.Holdings;
import io.scopeguard.permission.LivePermissions;
import io.scopeguard.permission.PermissionKey;
import io.scopeguard.permission.PermissionSource;
import io.scopeguard.permission.PermissionsUnavailableException;
import io.scopeguard.permission.PermissionsUnavailableException.Reason;
import io.scopeguard.permission.RoleDefinitions;
import io.scopeguard.permission.RoleKind;
import io.scopeguard.permission.Standing;
import io.scopeguard.permission.Urgency;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import io.scopeguard.token.AccessToken;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A provider whose permissions can be changed at will. Whom nobody gave anything is no member. */
public final class InMemoryTenant implements PermissionSource {

    private final Map<PermissionKey, LivePermissions> permissions = new ConcurrentHashMap<>();
    private final AtomicInteger fetches = new AtomicInteger();
    private final AtomicInteger confirmations = new AtomicInteger();
    private final Map<String, Map<Audience, Scopes>> roles = new ConcurrentHashMap<>();
    private final Map<String, Map<Audience, Scopes>> globalRoles = new ConcurrentHashMap<>();
    private volatile boolean down;

    public InMemoryTenant grant(AccessToken like, String... scopes) {
        return grant(like, Scopes.of(scopes), Scopes.of(scopes));
    }

    public InMemoryTenant grant(AccessToken like, Scopes issuable, Scopes granted) {
        PermissionKey key = PermissionKey.of(like);
        define(key, issuable, granted);
        permissions.put(key, new LivePermissions(Standing.ACTIVE, issuable, granted, Instant.EPOCH));
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
    public Holdings read(Holder holder, Urgency urgency) {
        fetches.incrementAndGet();
        return holdings(holder);
    }

    @Override
    public Holdings confirm(Holder holder, Urgency urgency) {
        confirmations.incrementAndGet();
        return holdings(holder);
    }

    @Override
    public RoleDefinitions definitions(RoleKind kind, Urgency urgency) {
        answerIfUp();
        return new RoleDefinitions(kind == RoleKind.GLOBAL ? globalRoles : roles);
    }

    private void answerIfUp() {
        if (down) {
            throw new PermissionsUnavailableException(Reason.UNREACHABLE, "down");
        }
    }

    private Holdings holdings(Holder holder) {
        answerIfUp();
        Standing standing = Standing.NOT_A_MEMBER;
        Set<String> granted = new HashSet<>();
        Set<String> stray = new HashSet<>();
        for (Map.Entry<PermissionKey, LivePermissions> entry : permissions.entrySet()) {
            if (isOf(holder, entry.getKey())) {
                LivePermissions live = entry.getValue();
                standing = live.standing();
                Audience audience = entry.getKey().audience();
                live.granted().forEach(scope -> granted.add(role(audience, scope)));
                live.issuable().minus(live.granted()).forEach(scope -> stray.add(role(audience, scope)));
            }
        }
        return holder.organization() == null
                ? new Holdings(standing, Set.of(), granted, stray)
                : new Holdings(standing, granted, Set.of(), stray);
    }

    private static boolean isOf(Holder holder, PermissionKey key) {
        return holder.subject().equals(key.subject()) && Objects.equals(holder.organization(), key.organization());
    }

    /** A role for each scope; once there, it stays. */
    private void define(PermissionKey key, Scopes issuable, Scopes granted) {
        Audience audience = key.audience();
        issuable.forEach(scope -> roles.put(role(audience, scope), Map.of(audience, Scopes.of(scope))));
        if (key.organization() == null) {
            granted.forEach(scope -> globalRoles.put(role(audience, scope), Map.of(audience, Scopes.of(scope))));
        }
    }

    private static String role(Audience audience, String scope) {
        return audience + " " + scope;
    }
}
